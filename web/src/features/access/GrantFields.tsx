// The roles of a user or token in their form: each with where it holds.

import { ActionIcon, Button, Fieldset, Group, NativeSelect, Stack, Text } from "@mantine/core";

import { useOrganisations } from "../../places/organisations.ts";
import { type Role, useSignedIn } from "../../session/session.ts";
import { accessWords as words } from "../../text/en.ts";
import { type Grant, placesToGive } from "./grants.ts";

interface Props {
  grants: readonly Grant[];
  roles: readonly Role[];
  set: (grants: Grant[]) => void;
}

export function GrantFields({ grants, roles, set }: Props) {
  const organisations = useOrganisations();
  const places = placesToGive(useSignedIn(), organisations);
  const put = (n: number, change: Partial<Grant>) => set(grants.map((grant, at) => (at === n ? { ...grant, ...change } : grant)));
  const add = () => set([...grants, { role: "operator", organisation: placeOf(places[0]?.id ?? "") }]);
  return (
    <Fieldset legend={words.grants.title} p="sm">
      <Stack gap={6}>
        {grants.length === 0 && <Text size="sm">{words.grants.none}</Text>}
        {grants.map((grant, n) => {
          const place = grant.organisation ?? "";
          const data = places.map(({ id, name }) => ({ value: id, label: name }));
          // What stands there stays, also where the reader could not choose it.
          if (data.every(({ value }) => value !== place)) data.push({ value: place, label: place === "" ? words.everywhere : place });
          return (
            <Group key={`${n} of ${grants.length}`} gap="xs">
              <NativeSelect aria-label={words.grants.role(n + 1)} value={grant.role} data={roles.map((role) => ({ value: role, label: `${words.roles[role]}: ${words.roleHints[role]}` }))} onChange={(event) => put(n, { role: roles.find((role) => role === event.currentTarget.value) ?? "viewer" })} flex={1} miw={200} />
              <NativeSelect aria-label={words.grants.place(n + 1)} value={place} data={data} onChange={(event) => put(n, { organisation: placeOf(event.currentTarget.value) })} flex={1} miw={200} />
              <ActionIcon variant="default" aria-label={words.grants.remove(n + 1)} onClick={() => set(grants.filter((_, at) => at !== n))}>
                ×
              </ActionIcon>
            </Group>
          );
        })}
        <Group>
          <Button size="compact-sm" variant="default" onClick={add}>
            {words.grants.add}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

/** Every organisation is said to the server by naming none. */
function placeOf(value: string): string | null {
  return value === "" ? null : value;
}
