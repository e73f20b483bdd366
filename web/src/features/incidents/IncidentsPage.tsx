// Incidents: many homes lost at once, grouped; and what the service told of its own trouble.

import { Group, NativeSelect, Stack, Table, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { ListEnd } from "../../lists/pages.tsx";
import { Only } from "../../shell/Frame.tsx";
import { incidentsWords as words } from "../../text/en.ts";
import { dayTime } from "../../time/format.ts";
import { type State, useIncidents, useNotices } from "./data.ts";
import classes from "./incidents.module.css";

const STATES: State[] = ["open", "closed", "all"];

export function IncidentsPage() {
  return (
    <Only page="incidents">
      <Incidents />
    </Only>
  );
}

function Incidents() {
  const [state, setState] = useState<State>("open");
  const list = useIncidents(state);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={1} size="h3">
            {words.title}
          </Title>
          <Text size="sm">{words.hint}</Text>
        </div>
        <NativeSelect label={words.show} data={STATES.map((each) => ({ value: each, label: words.states[each] }))} value={state} onChange={(event) => setState(event.currentTarget.value as State)} />
      </Group>
      {list.isPending && <Text size="sm">{words.loading}</Text>}
      {list.items.length > 0 && (
        <Table className={classes.table} verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.columns.area}</Table.Th>
              <Table.Th>{words.columns.cause}</Table.Th>
              <Table.Th>{words.columns.waiting}</Table.Th>
              <Table.Th visibleFrom="sm">{words.columns.opened}</Table.Th>
              <Table.Th visibleFrom="sm">{words.columns.state}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.items.map((incident) => (
              <Table.Tr key={incident.id}>
                <Table.Td>
                  <Link to="/incidents/$id" params={{ id: incident.id }} className={classes.link} dir="auto">
                    {incident.area.name}
                  </Link>
                  <Text size="xs">{words.areas[incident.area.kind]}</Text>
                </Table.Td>
                <Table.Td>{words.causes[incident.cause]}</Table.Td>
                <Table.Td fw={incident.waiting > 0 ? 700 : 400}>{words.waiting(incident.waiting, incident.homes)}</Table.Td>
                <Table.Td visibleFrom="sm">{dayTime(incident.opened_at)}</Table.Td>
                <Table.Td visibleFrom="sm">{incident.closed_at == null ? words.open : words.closedAt(dayTime(incident.closed_at))}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <ListEnd list={list} empty={state === "closed" ? words.noneClosed : words.none} />
      <Notices />
    </Stack>
  );
}

function Notices() {
  const list = useNotices();
  return (
    <section aria-label={words.notices.title}>
      <Title order={2} size="h4" mb={4}>
        {words.notices.title}
      </Title>
      <ul className={classes.notices}>
        {list.items.map((notice) => (
          <li key={notice.id}>
            <Text size="sm">
              <b dir="auto">{notice.title}</b> · {notice.until == null ? words.notices.since(dayTime(notice.from)) : words.notices.until(dayTime(notice.from), dayTime(notice.until))}
            </Text>
            <Text size="sm" dir="auto">
              {notice.text}
            </Text>
          </li>
        ))}
      </ul>
      <ListEnd list={list} empty={words.notices.none} />
    </section>
  );
}
