// The people who sign in: who may do what, and where.

import { Badge, Button, Stack, Table, Text } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { useOrganisations } from "../../places/organisations.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { accessWords as words } from "../../text/en.ts";
import { date } from "../../time/format.ts";
import classes from "./access.module.css";
import { type User, useUsers } from "./data.ts";
import { EVERYTHING, Filters } from "./Filters.tsx";
import { fits, holdsIn } from "./grants.ts";
import { GrantWords } from "./GrantWords.tsx";
import { Sections } from "./Sections.tsx";
import { UserForm } from "./UserForm.tsx";

export function UsersPage() {
  return (
    <Only page="users">
      <Users />
    </Only>
  );
}

function Users() {
  const navigate = useNavigate();
  const [wanted, setWanted] = useState(EVERYTHING);
  const [adding, setAdding] = useState(false);
  const asked = useUsers(wanted.archived);
  useShortcuts([{ keys: "n", does: words.user.add, act: () => setAdding(true) }]);
  const shown = (asked.data ?? []).filter((user) => fits(`${user.name} ${user.login} ${user.email ?? ""}`, wanted.text) && holdsIn(user.grants, wanted.organisation)).sort((a, b) => a.name.localeCompare(b.name));
  return (
    <Stack gap="sm">
      <Sections title={words.users}>
        {!adding && (
          <Button size="compact-md" onClick={() => setAdding(true)}>
            {words.user.add} (N)
          </Button>
        )}
      </Sections>
      {adding && <UserForm done={(user) => void navigate({ to: "/users/$id", params: { id: user.id } })} cancel={() => setAdding(false)} />}
      <Filters wanted={wanted} set={setWanted} archived={words.archived} />
      {asked.error !== null && <Refused error={asked.error} retry={() => void asked.refetch()} />}
      {asked.isPending && <Text size="sm">{words.loading}</Text>}
      {shown.length > 0 && (
        <Table verticalSpacing={5} className={classes.list}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.user.columns.name}</Table.Th>
              <Table.Th visibleFrom="sm">{words.user.columns.login}</Table.Th>
              <Table.Th>{words.user.columns.grants}</Table.Th>
              <Table.Th visibleFrom="md">{words.user.columns.email}</Table.Th>
              <Table.Th visibleFrom="md">{words.user.columns.added}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((user) => (
              <Row key={user.id} user={user} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {asked.isSuccess && shown.length === 0 && <Text size="sm">{words.user.none}</Text>}
    </Stack>
  );
}

function Row({ user }: { user: User }) {
  const organisations = useOrganisations();
  return (
    <Table.Tr>
      <Table.Td className={classes.name}>
        <Link to="/users/$id" params={{ id: user.id }} className={classes.link} dir="auto">
          {user.name}
        </Link>{" "}
        {user.archived_at != null && (
          <Badge variant="filled" color="gray.7" size="sm">
            {words.user.isArchived}
          </Badge>
        )}
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes.name}>
        {user.login}
      </Table.Td>
      <Table.Td>
        <GrantWords grants={user.grants} organisations={organisations} />
      </Table.Td>
      <Table.Td visibleFrom="md" className={classes.name}>
        {user.email}
      </Table.Td>
      <Table.Td visibleFrom="md" className={classes.whole}>
        {date(user.created_at)}
      </Table.Td>
    </Table.Tr>
  );
}
