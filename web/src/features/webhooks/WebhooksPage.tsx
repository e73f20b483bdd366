// The webhooks: which systems are told what happens to alerts.

import { Badge, Button, Checkbox, Group, Stack, Table, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { ShownOnce } from "../../form/ShownOnce.tsx";
import { ListEnd } from "../../lists/pages.tsx";
import { useOrganisations } from "../../places/organisations.ts";
import { Only } from "../../shell/Frame.tsx";
import { webhooksWords as words } from "../../text/en.ts";
import { useWebhooks } from "./data.ts";
import { WebhookForm } from "./WebhookForm.tsx";
import classes from "./webhooks.module.css";

export function WebhooksPage() {
  return (
    <Only page="webhooks">
      <Webhooks />
    </Only>
  );
}

function Webhooks() {
  const organisations = useOrganisations();
  const [archived, setArchived] = useState(false);
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const list = useWebhooks(archived);
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {words.title}
        </Title>
        <Group gap="sm">
          <Checkbox label={words.archived} checked={archived} onChange={(event) => setArchived(event.currentTarget.checked)} />
          {!adding && (
            <Button size="compact-md" onClick={() => setAdding(true)}>
              {words.add}
            </Button>
          )}
        </Group>
      </Group>
      <Text size="sm">{words.explained}</Text>
      {secret !== null && <ShownOnce label={words.one.secret} hint={words.one.secretHint} secret={secret} done={() => setSecret(null)} />}
      {adding && (
        <WebhookForm
          done={(made) => {
            if ("secret" in made) setSecret(made.secret);
            setAdding(false);
          }}
          cancel={() => setAdding(false)}
        />
      )}
      {list.isPending && <Text size="sm">{words.loading}</Text>}
      {list.items.length > 0 && (
        <Table verticalSpacing={5} className={classes.list}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.columns.name}</Table.Th>
              <Table.Th>{words.columns.url}</Table.Th>
              <Table.Th visibleFrom="sm">{words.columns.events}</Table.Th>
              <Table.Th visibleFrom="sm">{words.columns.organisation}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.items.map((webhook) => (
              <Table.Tr key={webhook.id}>
                <Table.Td>
                  <Link to="/webhooks/$id" params={{ id: webhook.id }} className={classes.link} dir="auto">
                    {webhook.name}
                  </Link>{" "}
                  {webhook.archived_at != null && (
                    <Badge variant="filled" color="gray.7" size="sm">
                      {words.isArchived}
                    </Badge>
                  )}
                </Table.Td>
                <Table.Td className={classes.code}>{webhook.url}</Table.Td>
                <Table.Td visibleFrom="sm">{webhook.events.length === 0 ? words.everything : words.some(webhook.events.length)}</Table.Td>
                <Table.Td visibleFrom="sm" dir="auto">
                  {organisations.find((each) => each.id === webhook.organisation)?.name ?? webhook.organisation}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <ListEnd list={list} empty={words.none} />
    </Stack>
  );
}
