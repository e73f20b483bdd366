// One organisation and its plan: the settings that hold at all its homes.

import { Badge, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";

import { body, client } from "../../api/client.ts";
import { PlanOf } from "../../plan/PlanOf.tsx";
import { manages, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { organisationsWords as words } from "../../text/en.ts";

export function OrganisationPage() {
  return (
    <Only page="organisations">
      <Asked />
    </Only>
  );
}

function Asked() {
  const { id } = useParams({ from: "/organisations/$id" });
  const navigate = useNavigate();
  const mayChange = manages(useSignedIn());
  useShortcuts([{ keys: "b", does: words.back, act: () => void navigate({ to: "/organisations" }) }]);
  const asked = useQuery({ queryKey: ["organisations", "one", id], queryFn: () => body(client.GET("/api/v1/organisations/{id}", { params: { path: { id } } })) });
  if (asked.data === undefined) return asked.error === null ? <Text>{words.loading}</Text> : <Refused error={asked.error} retry={() => void asked.refetch()} />;
  const { name, zone, archived_at } = asked.data;
  const whose = { scope: "organisation", id } as const;
  return (
    <Stack gap="sm">
      <div>
        <Group gap="xs">
          <Title order={1} size="h3" dir="auto">
            {name}
          </Title>
          {archived_at != null && (
            <Badge variant="filled" color="gray.7">
              {words.isArchived}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {words.about(id, zone)} · <Link to="/organisations">{words.back} (B)</Link>
        </Text>
      </div>
      <PlanOf key={id} organisation={id} zone={zone} chain={[whose]} whose={whose} nearer={[]} mayChange={mayChange} />
    </Stack>
  );
}
