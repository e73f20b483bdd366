// One home, found by words.

import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { body, client, type Schemas } from "../api/client.ts";
import { Refused } from "../shell/Refused.tsx";
import { homeChoiceWords as words } from "../text/en.ts";

interface Props {
  label: string;
  chosen: Schemas["HomeSummary"] | null;
  set: (home: Schemas["HomeSummary"] | null) => void;
  error?: string | null;
}

export function HomeChoice({ label, chosen, set, error = null }: Props) {
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), 200);
  const query = { q, limit: 8 };
  const found = useQuery({ queryKey: ["homes", "choice", query], enabled: q !== "", queryFn: () => body(client.GET("/api/v1/homes", { params: { query } })), placeholderData: (before) => before });
  if (chosen !== null) {
    return (
      <Group gap="xs">
        <Text size="sm" dir="auto">
          {label}: <b>{chosen.name}</b> {chosen.address}
        </Text>
        <Button size="compact-sm" variant="default" onClick={() => set(null)}>
          {words.chosen}
        </Button>
      </Group>
    );
  }
  return (
    <Stack gap={4}>
      <TextInput label={label} description={words.hint} required dir="auto" type="search" error={error} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
      {found.error !== null && <Refused error={found.error} retry={() => void found.refetch()} />}
      {typed.trim() !== "" && (
        <Group gap={4}>
          {(found.data?.items ?? []).map((home) => (
            <Button key={home.id} size="compact-sm" variant="default" maw={320} onClick={() => set(home)} dir="auto">
              {home.name}
            </Button>
          ))}
          {found.isSuccess && q !== "" && found.data.items.length === 0 && <Text size="sm">{words.none}</Text>}
        </Group>
      )}
    </Stack>
  );
}
