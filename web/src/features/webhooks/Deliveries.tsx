// The messages to a webhook, newest first, with what became of each; one that was given up can be sent again.

import { Badge, Button, Group, NativeSelect, Stack, Table, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { ListEnd } from "../../lists/pages.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { webhooksWords } from "../../text/en.ts";
import { dayTime } from "../../time/format.ts";
import { type Delivery, send, useDeliveries, useWebhookChange, type Webhook } from "./data.ts";
import classes from "./webhooks.module.css";

const words = webhooksWords.deliveries;
const STATES = ["pending", "delivered", "dead"] as const;
const COLOURS = { pending: "yellow.9", delivered: "teal.9", dead: "red.9" } as const;

export function Deliveries({ webhook }: { webhook: Webhook }) {
  const list = useDeliveries(webhook.id);
  const [state, setState] = useState("");
  const retry = useWebhookChange((n: string) => send.retry(webhook.id, n));
  const shown = list.items.filter((each) => state === "" || each.state === state);
  return (
    <section aria-label={words.title}>
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={2} size="h5">
            {words.title}
          </Title>
          <NativeSelect aria-label={words.state} value={state} data={[{ value: "", label: words.all }, ...STATES.map((value) => ({ value, label: words.states[value] }))]} onChange={(event) => setState(event.currentTarget.value)} />
        </Group>
        {retry.error !== null && <Refused error={retry.error} />}
        {shown.length > 0 && (
          <Table verticalSpacing={4} className={classes.list}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.columns.when}</Table.Th>
                <Table.Th>{words.columns.kind}</Table.Th>
                <Table.Th>{words.columns.state}</Table.Th>
                <Table.Th visibleFrom="sm">{words.columns.attempts}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((each) => (
                <Row key={each.id} delivery={each} retry={webhook.archived_at == null && each.state === "dead" ? () => retry.mutate(each.id) : null} />
              ))}
            </Table.Tbody>
          </Table>
        )}
        {list.items.length > 0 && shown.length === 0 && <Text size="sm">{words.noneSuch}</Text>}
        <ListEnd list={list} empty={words.none} />
      </Stack>
    </section>
  );
}

function Row({ delivery, retry }: { delivery: Delivery; retry: (() => void) | null }) {
  const { created_at, kind, state, attempts, last_status, last_error, next_at, delivered_at, alert } = delivery;
  const answer = last_error ?? (last_status == null ? null : words.status(last_status));
  return (
    <Table.Tr>
      <Table.Td>{dayTime(created_at)}</Table.Td>
      <Table.Td>
        <span className={classes.code}>{kind}</span>
        <details>
          <summary>{words.body}</summary>
          <pre className={classes.body}>{JSON.stringify(delivery.body, null, 2)}</pre>
        </details>
        {alert != null && (
          <Link to="/cases/$id" params={{ id: alert }}>
            {words.alert}
          </Link>
        )}
      </Table.Td>
      <Table.Td>
        <Badge variant="filled" color={COLOURS[state]} className={classes.plain}>
          {words.states[state]}
        </Badge>
        <Text size="xs">
          {state === "pending" && next_at != null && words.next(dayTime(next_at))}
          {delivered_at != null && words.at(dayTime(delivered_at))}
        </Text>
        {answer !== null && <Text size="sm">{answer}</Text>}
        {retry !== null && (
          <Button size="compact-sm" variant="default" mt={4} aria-label={words.retryOne(kind, dayTime(created_at))} onClick={retry}>
            {words.retry}
          </Button>
        )}
      </Table.Td>
      <Table.Td visibleFrom="sm">{attempts}</Table.Td>
    </Table.Tr>
  );
}
