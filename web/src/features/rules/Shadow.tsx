// What a rule in shadow would have raised, newest first, with the counts of all of it.

import { Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { body, client } from "../../api/client.ts";
import { ListEnd, usePages } from "../../lists/pages.tsx";
import { usePlaces } from "../../places/places.ts";
import { queue as queueWords, rulesWords as words } from "../../text/en.ts";
import { now } from "../../time/clock.ts";
import { dayTime } from "../../time/format.ts";
import { dayOf, fromWall, plusDays } from "../../time/zone.ts";
import classes from "./rules.module.css";
import { Heading } from "./RuleWords.tsx";

const READER = Intl.DateTimeFormat().resolvedOptions().timeZone;

function instant(day: string): string | undefined {
  const at = fromWall(day, READER);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

export function Shadow({ id }: { id: string }) {
  const [from, setFrom] = useState(() => plusDays(dayOf(now(), READER), -28));
  const [to, setTo] = useState(() => dayOf(now(), READER));
  const [begin, end] = [instant(from), to === "" ? undefined : instant(plusDays(to, 1))];
  const query = { limit: 50, ...(begin === undefined ? {} : { from: begin }), ...(end === undefined ? {} : { to: end }) };
  const list = usePages(["rules", "shadow", id, query], (cursor) => body(client.GET("/api/v1/rules/{id}/shadow", { params: { path: { id }, query: { ...query, ...cursor } } })), 30_000);
  // Every page holds the counts of the whole.
  const counts = list.data?.pages.at(-1) as { counts?: { raised: number; matters: number; homes: number } } | undefined;
  const place = usePlaces(list.items.flatMap((each) => each.home ?? []));
  return (
    <section aria-label={words.shadows.title}>
      <Heading>{words.shadows.title}</Heading>
      <Stack gap="xs">
        <Group gap="sm" align="flex-end">
          <TextInput type="date" label={words.shadows.from} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
          <TextInput type="date" label={words.shadows.to} value={to} onChange={(event) => setTo(event.currentTarget.value)} />
          {counts?.counts !== undefined && <Text size="sm" pb={8}>{words.shadows.counts(counts.counts.raised, counts.counts.matters, counts.counts.homes)}</Text>}
        </Group>
        {list.items.length > 0 && (
          <Table verticalSpacing={4} className={classes.list}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.shadows.columns.when}</Table.Th>
                <Table.Th>{words.shadows.columns.home}</Table.Th>
                <Table.Th>{words.shadows.columns.why}</Table.Th>
                <Table.Th visibleFrom="sm">{words.shadows.columns.priority}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {list.items.map((each) => (
                <Table.Tr key={each.id}>
                  <Table.Td>{dayTime(each.occurred_at, place(each.home)?.zone)}</Table.Td>
                  <Table.Td dir="auto">{place(each.home)?.name ?? each.home ?? words.shadows.unknownHome}</Table.Td>
                  <Table.Td dir="auto">{each.explanation}</Table.Td>
                  <Table.Td visibleFrom="sm">
                    {each.priority} {queueWords.priorities[each.priority]}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        <ListEnd list={list} empty={words.shadows.none} />
      </Stack>
    </section>
  );
}
