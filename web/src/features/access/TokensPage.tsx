// The tokens of other systems: made, shown once, changed, revoked.

import { Button, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useState } from "react";

import { AskFirst } from "../../form/AskFirst.tsx";
import { RecordForm } from "../../form/RecordForm.tsx";
import { ShownOnce } from "../../form/ShownOnce.tsx";
import { useOrganisations } from "../../places/organisations.ts";
import { useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { accessWords, forms } from "../../text/en.ts";
import { date, dayTime } from "../../time/format.ts";
import classes from "./access.module.css";
import { send, type Token, useAccessChange, useTokens } from "./data.ts";
import { EVERYTHING, Filters } from "./Filters.tsx";
import { GrantFields } from "./GrantFields.tsx";
import { fits, type Grant, holdsIn, placesToGive, ROLES } from "./grants.ts";
import { GrantWords } from "./GrantWords.tsx";
import { Sections } from "./Sections.tsx";

const words = accessWords.token;

export function TokensPage() {
  return (
    <Only page="users">
      <Tokens />
    </Only>
  );
}

function Tokens() {
  const [wanted, setWanted] = useState(EVERYTHING);
  const [editing, setEditing] = useState<Token | "new" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const asked = useTokens(wanted.archived);
  useShortcuts([{ keys: "n", does: words.add, act: () => setEditing("new") }]);
  const shown = (asked.data ?? []).filter((token) => fits(token.name, wanted.text) && holdsIn(token.grants, wanted.organisation)).sort((a, b) => a.name.localeCompare(b.name));
  const close = () => setEditing(null);
  return (
    <Stack gap="sm">
      <Sections title={accessWords.tokens}>
        {editing === null && (
          <Button size="compact-md" onClick={() => setEditing("new")}>
            {words.add} (N)
          </Button>
        )}
      </Sections>
      <Text size="sm">{words.explained}</Text>
      {secret !== null && <ShownOnce label={words.secret} hint={words.secretHint} secret={secret} done={() => setSecret(null)} />}
      {editing !== null && <TokenForm key={editing === "new" ? "" : editing.id} {...(editing === "new" ? {} : { token: editing })} made={setSecret} done={close} />}
      <Filters wanted={wanted} set={setWanted} archived={accessWords.archived} />
      {asked.error !== null && <Refused error={asked.error} retry={() => void asked.refetch()} />}
      {asked.isPending && <Text size="sm">{accessWords.loading}</Text>}
      {shown.length > 0 && (
        <Table verticalSpacing={5} className={classes.list}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.columns.name}</Table.Th>
              <Table.Th>{words.columns.grants}</Table.Th>
              <Table.Th visibleFrom="sm">{words.columns.used}</Table.Th>
              <Table.Th visibleFrom="md">{words.columns.made}</Table.Th>
              <Table.Th>{words.columns.act}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((token) => (
              <Row key={token.id} token={token} change={() => setEditing(token)} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {asked.isSuccess && shown.length === 0 && <Text size="sm">{words.none}</Text>}
    </Stack>
  );
}

function Row({ token, change }: { token: Token; change: () => void }) {
  const organisations = useOrganisations();
  const revoke = useAccessChange(() => send.revokeToken(token.id));
  return (
    <Table.Tr>
      <Table.Td dir="auto" className={classes.name}>
        {token.name}
      </Table.Td>
      <Table.Td>
        <GrantWords grants={token.grants} organisations={organisations} />
      </Table.Td>
      <Table.Td visibleFrom="sm">{token.last_used_at == null ? words.never : dayTime(token.last_used_at)}</Table.Td>
      <Table.Td visibleFrom="md" className={classes.whole}>
        {date(token.created_at)}
      </Table.Td>
      <Table.Td>
        {token.archived_at != null ? (
          <Text size="sm">{words.isRevoked(date(token.archived_at))}</Text>
        ) : (
          <Group gap={4}>
            <Button size="compact-sm" variant="default" aria-label={words.changeOne(token.name)} onClick={change}>
              {words.change}
            </Button>
            <AskFirst label={words.revoke} name={words.revokeOne(token.name)} explained={words.revokeExplained} act={() => revoke.mutateAsync(undefined)} />
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function TokenForm({ token, made, done }: { token?: Token; made: (secret: string) => void; done: () => void }) {
  const first = placesToGive(useSignedIn(), useOrganisations())[0]?.id ?? "";
  const [chosen, setGrants] = useState<Grant[] | null>(token?.grants ?? null);
  const grants = chosen ?? [{ role: "system" as const, organisation: first === "" ? null : first }];
  const saving = useAccessChange(async (name: string) => {
    if (token === undefined) made((await send.addToken({ name, grants })).secret);
    else await send.changeToken(token.id, { name, grants });
  });
  const title = token === undefined ? words.addTitle : words.changeTitle;
  return (
    <Paper withBorder p="sm" maw={760}>
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      <RecordForm label={title} fields={[{ name: "name", label: words.name, hint: words.nameHint, required: true }]} initial={{ name: token?.name ?? "" }} send={token === undefined ? words.send : forms.save} save={({ name }) => saving.mutateAsync(typeof name === "string" ? name : "")} done={done} cancel={done}>
        <GrantFields grants={grants} roles={ROLES} set={setGrants} />
      </RecordForm>
    </Paper>
  );
}
