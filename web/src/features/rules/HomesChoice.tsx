// Homes that are chosen one by one, found by words.

import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { body, client } from "../../api/client.ts";
import { Refused } from "../../shell/Refused.tsx";
import { backtestWords as words } from "../../text/en.ts";

interface Chosen {
  id: string;
  name: string;
}

export function HomesChoice({ chosen, set, organisation }: { chosen: readonly Chosen[]; set: (homes: Chosen[]) => void; organisation: string }) {
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), 200);
  const query = { q, limit: 8, ...(organisation === "" ? {} : { organisation }) };
  const found = useQuery({ queryKey: ["homes", "choice", query], enabled: q !== "", queryFn: () => body(client.GET("/api/v1/homes", { params: { query } })), placeholderData: (before) => before });
  const offered = (found.data?.items ?? []).filter((home) => chosen.every((each) => each.id !== home.id));
  const add = (home: Chosen) => {
    set([...chosen, { id: home.id, name: home.name }]);
    setTyped("");
  };
  return (
    <Stack gap={4}>
      <TextInput label={words.homes} description={words.homesHint} dir="auto" type="search" value={typed} maw={480} onChange={(event) => setTyped(event.currentTarget.value)} />
      {found.error !== null && <Refused error={found.error} retry={() => void found.refetch()} />}
      {typed.trim() !== "" && (
        <Group gap={4}>
          {offered.map((home) => (
            <Button key={home.id} size="compact-sm" variant="default" maw={320} onClick={() => add(home)} dir="auto">
              + {home.name}
            </Button>
          ))}
          {found.isSuccess && q !== "" && offered.length === 0 && <Text size="sm">{words.homesNone}</Text>}
        </Group>
      )}
      {chosen.length > 0 && (
        <Group gap={4}>
          {chosen.map((home) => (
            <Button key={home.id} size="compact-sm" variant="light" maw={320} aria-label={words.remove(home.name)} onClick={() => set(chosen.filter((each) => each.id !== home.id))} rightSection="×">
              <span dir="auto">{home.name}</span>
            </Button>
          ))}
        </Group>
      )}
    </Stack>
  );
}
