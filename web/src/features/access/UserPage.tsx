// One user: what they may do, their shifts to come, a new password, and archiving.

import { Alert, Button, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { AskFirst } from "../../form/AskFirst.tsx";
import { RecordForm } from "../../form/RecordForm.tsx";
import { useOrganisations } from "../../places/organisations.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { accessWords } from "../../text/en.ts";
import { clockTime, date, dayTime } from "../../time/format.ts";
import { send, useAccessChange, type User, useShiftsOf, useUser } from "./data.ts";
import { GrantWords } from "./GrantWords.tsx";
import { UserForm } from "./UserForm.tsx";

const words = accessWords.user;
const DAYS = 56;

export function UserPage() {
  return (
    <Only page="users">
      <Asked />
    </Only>
  );
}

function Asked() {
  const { id } = useParams({ from: "/users/$id" });
  const asked = useUser(id);
  if (asked.data === undefined) return asked.error === null ? <Text>{accessWords.loading}</Text> : <Refused error={asked.error} retry={() => void asked.refetch()} />;
  return <Shown key={id} user={asked.data} />;
}

function Shown({ user }: { user: User }) {
  const navigate = useNavigate();
  const organisations = useOrganisations();
  const [doing, setDoing] = useState<"change" | "reset" | null>(null);
  const [reset, setReset] = useState(false);
  const archive = useAccessChange(() => send.archiveUser(user.id));
  const archived = user.archived_at != null;
  const done = () => setDoing(null);
  useShortcuts([{ keys: "b", does: words.back, act: () => void navigate({ to: "/users" }) }, ...(archived ? [] : [{ keys: "e", does: words.changeTitle, act: () => setDoing("change") }])]);
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h3" dir="auto">
            {user.name}
          </Title>
          <Text size="sm" c="dimmed">
            {words.about(user.login, date(user.created_at))} {user.email != null && `· ${user.email}`} · <Link to="/users">{words.back} (B)</Link>
          </Text>
        </div>
        {!archived && (
          <Group gap="xs">
            <Button size="compact-sm" onClick={() => setDoing("change")}>
              {words.change} (E)
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => setDoing("reset")}>
              {words.reset}
            </Button>
            <AskFirst label={words.archive} explained={words.archiveExplained} act={() => archive.mutateAsync(undefined)} />
          </Group>
        )}
      </Group>
      {user.archived_at != null && <Alert color="gray">{words.archivedAt(`${date(user.archived_at)}, ${clockTime(user.archived_at)}`)}</Alert>}
      {reset && <Alert color="teal" role="status">{words.resetDone}</Alert>}
      {doing === "change" && <UserForm user={user} done={done} cancel={done} />}
      {doing === "reset" && (
        <Reset
          user={user}
          done={() => {
            setReset(true);
            done();
          }}
          cancel={done}
        />
      )}
      <section aria-label={accessWords.grants.title}>
        <Title order={2} size="h5">
          {accessWords.grants.title}
        </Title>
        <GrantWords grants={user.grants} organisations={organisations} />
      </section>
      {!archived && <Shifts id={user.id} />}
      <Group gap="md">
        <Link to="/audit" search={{ who: user.id }}>
          {words.trail}
        </Link>
        <Link to="/audit" search={{ object: user.id }}>
          {words.trailAbout}
        </Link>
      </Group>
    </Stack>
  );
}

function Reset({ user, done, cancel }: { user: User; done: () => void; cancel: () => void }) {
  const saving = useAccessChange((password: string) => send.changeUser(user.id, { password }));
  return (
    <Paper withBorder p="sm" maw={760}>
      <Title order={2} size="h5" mb="xs">
        {words.resetTitle}
      </Title>
      <RecordForm label={words.resetTitle} fields={[{ name: "password", label: words.password, hint: words.resetHint, kind: "password", required: true }]} send={words.resetSend} save={({ password }) => saving.mutateAsync(typeof password === "string" ? password : "")} done={done} cancel={cancel} />
    </Paper>
  );
}

function Shifts({ id }: { id: string }) {
  const asked = useShiftsOf(id, DAYS);
  const shifts = asked.data?.shifts ?? [];
  return (
    <section aria-label={words.shifts}>
      <Title order={2} size="h5">
        {words.shifts}
      </Title>
      {asked.error !== null && <Refused error={asked.error} retry={() => void asked.refetch()} />}
      {asked.isSuccess && shifts.length === 0 && <Text size="sm">{words.noShifts}</Text>}
      {shifts.length > 0 && (
        <Table verticalSpacing={4} maw={760}>
          <Table.Thead>
            <Table.Tr>
              {Object.entries(words.shiftColumns).map(([name, label]) => (
                <Table.Th key={name}>{label}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shifts.map((shift) => (
              <Table.Tr key={`${shift.rota} ${shift.from}`}>
                <Table.Td dir="auto">
                  <Link to="/rotas/$id" params={{ id: shift.rota }}>
                    {shift.rota_name}
                  </Link>
                </Table.Td>
                <Table.Td>{dayTime(shift.from)}</Table.Td>
                <Table.Td>{dayTime(shift.until)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}
