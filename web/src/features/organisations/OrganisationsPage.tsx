// The organisations: entered, named, given the zone of their new homes, archived. Changing them is for administrators of all.

import { Badge, Button, Checkbox, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { body, client, type Schemas } from "../../api/client.ts";
import { AskFirst } from "../../form/AskFirst.tsx";
import { RecordForm } from "../../form/RecordForm.tsx";
import { ListEnd, usePages } from "../../lists/pages.tsx";
import { holdsEverywhere, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { forms, organisationsWords as words } from "../../text/en.ts";
import { date } from "../../time/format.ts";
import classes from "./organisations.module.css";

type Organisation = Schemas["Organisation"];

const KEY = "organisations";

export function OrganisationsPage() {
  return (
    <Only page="organisations">
      <Organisations />
    </Only>
  );
}

function useOrganisationChange<T, A>(send: (asked: A) => Promise<T>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: send, onSuccess: () => void queries.invalidateQueries({ queryKey: [KEY] }) });
}

function Organisations() {
  const mayChange = holdsEverywhere(useSignedIn(), "administrator");
  const [archived, setArchived] = useState(false);
  const [editing, setEditing] = useState<Organisation | "new" | null>(null);
  const list = usePages([KEY, "list", archived], (cursor) => body(client.GET("/api/v1/organisations", { params: { query: { archived, limit: 200, ...cursor } } })));
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {words.title}
        </Title>
        <Group gap="sm">
          <Checkbox label={words.archived} checked={archived} onChange={(event) => setArchived(event.currentTarget.checked)} />
          {mayChange && editing === null && (
            <Button size="compact-md" onClick={() => setEditing("new")}>
              {words.add}
            </Button>
          )}
        </Group>
      </Group>
      <Text size="sm">{words.explained}</Text>
      {editing !== null && <OrganisationForm key={editing === "new" ? "" : editing.id} {...(editing === "new" ? {} : { organisation: editing })} done={() => setEditing(null)} />}
      {list.isPending && <Text size="sm">{words.loading}</Text>}
      {list.items.length > 0 && (
        <Table verticalSpacing={5} className={classes.list}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.columns.name}</Table.Th>
              <Table.Th visibleFrom="sm">{words.columns.id}</Table.Th>
              <Table.Th visibleFrom="sm">{words.columns.zone}</Table.Th>
              <Table.Th visibleFrom="sm">{words.columns.entered}</Table.Th>
              {mayChange && <Table.Th>{words.columns.act}</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.items.map((each) => (
              <Row key={each.id} organisation={each} mayChange={mayChange} change={() => setEditing(each)} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      <ListEnd list={list} empty={words.none} />
    </Stack>
  );
}

function Row({ organisation: { id, name, zone, created_at, archived_at }, mayChange, change }: { organisation: Organisation; mayChange: boolean; change: () => void }) {
  const patch = useOrganisationChange((archived: boolean) => body(client.PATCH("/api/v1/organisations/{id}", { params: { path: { id } }, body: { archived } })));
  return (
    <Table.Tr>
      <Table.Td dir="auto" className={classes.name}>
        <Link to="/organisations/$id" params={{ id }} className={classes.link}>
          {name}
        </Link>{" "}
        {archived_at != null && (
          <Badge variant="filled" color="gray.7" size="sm">
            {words.isArchived}
          </Badge>
        )}
        <Text size="sm" hiddenFrom="sm" dir="ltr">
          {zone}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes.code}>
        {id}
      </Table.Td>
      <Table.Td visibleFrom="sm">{zone}</Table.Td>
      <Table.Td visibleFrom="sm" className={classes.whole}>
        {date(created_at)}
      </Table.Td>
      {mayChange && (
        <Table.Td>
          <Group gap={4}>
            <Button size="compact-sm" variant="default" aria-label={words.changeOne(name)} onClick={change}>
              {words.change}
            </Button>
            {archived_at == null ? (
              <AskFirst label={words.archive} name={words.archiveOne(name)} explained={words.archiveExplained} act={() => patch.mutateAsync(true)} />
            ) : (
              <Button size="compact-sm" variant="default" aria-label={words.restoreOne(name)} loading={patch.isPending} onClick={() => patch.mutate(false)}>
                {words.restore}
              </Button>
            )}
          </Group>
          {archived_at != null && patch.error !== null && <Refused error={patch.error} />}
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function OrganisationForm({ organisation, done }: { organisation?: Organisation; done: () => void }) {
  const saving = useOrganisationChange(({ id, name, zone }: Record<"id" | "name" | "zone", string>) =>
    organisation === undefined
      ? body(client.POST("/api/v1/organisations", { body: { name, zone, ...(id === "" ? {} : { id }) } }))
      : body(client.PATCH("/api/v1/organisations/{id}", { params: { path: { id: organisation.id } }, body: { name, zone } })),
  );
  const title = organisation === undefined ? words.addTitle : words.changeTitle;
  const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Paper withBorder p="sm" maw={560}>
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      <RecordForm
        label={title}
        fields={[
          { name: "name", label: words.name, required: true },
          { name: "zone", label: words.zone, hint: words.zoneHint, required: true, max: 64 },
          ...(organisation === undefined ? [{ name: "id", label: words.id, hint: words.idHint, max: 64 }] : []),
        ]}
        initial={{ name: organisation?.name ?? "", zone: organisation?.zone ?? ZONE }}
        send={organisation === undefined ? words.send : forms.save}
        save={({ id, name, zone }) => saving.mutateAsync({ id: String(id ?? ""), name: String(name), zone: String(zone) })}
        done={done}
        cancel={done}
      />
    </Paper>
  );
}
