// Messages that were refused for good: why, and what came. The filters are kept in the address.

import { Group, NativeSelect, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { body, client, type Schemas } from "../../api/client.ts";
import { ListEnd, usePages } from "../../lists/pages.tsx";
import { useOrganisations } from "../../places/organisations.ts";
import { usePlaces } from "../../places/places.ts";
import { holdsEverywhere, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { quarantineWords as words } from "../../text/en.ts";
import { between } from "../../time/days.ts";
import { dayTime } from "../../time/format.ts";
import { bytesOf, hexDump } from "./bytes.ts";
import classes from "./quarantine.module.css";

type Message = Schemas["QuarantinedMessage"];

export function QuarantinePage() {
  return (
    <Only page="quarantine">
      <Quarantine />
    </Only>
  );
}

function Quarantine() {
  const { from, to, ...places } = useSearch({ from: "/quarantine" });
  const query = { ...places, ...between(from, to), limit: 50 };
  const list = usePages(["quarantine", query], (cursor) => body(client.GET("/api/v1/quarantine", { params: { query: { ...query, ...cursor } } })), 30_000);
  const place = usePlaces(list.items.flatMap((message) => message.home ?? []));
  return (
    <Stack gap="sm">
      <Title order={1} size="h3">
        {words.title}
      </Title>
      <Text size="sm">{words.explained}</Text>
      <Filters />
      {list.isPending && <Text size="sm">{words.loading}</Text>}
      {list.items.length > 0 && (
        <Table verticalSpacing={4} className={`${classes.list ?? ""} ${classes.messages ?? ""}`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.columns.when}</Table.Th>
              <Table.Th>{words.columns.gateway}</Table.Th>
              <Table.Th visibleFrom="sm">{words.columns.home}</Table.Th>
              <Table.Th>{words.columns.reason}</Table.Th>
              <Table.Th visibleFrom="md">{words.columns.topic}</Table.Th>
              <Table.Th visibleFrom="md">{words.columns.length}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.items.map((message) => (
              <Row key={message.id} message={message} home={place(message.home)?.name ?? message.home ?? words.noHome} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      <ListEnd list={list} empty={words.none} />
    </Stack>
  );
}

function Filters() {
  const search = useSearch({ from: "/quarantine" });
  const navigate = useNavigate();
  const organisations = useOrganisations();
  const seesAll = holdsEverywhere(useSignedIn(), "administrator", "manager");
  const put = (change: Partial<typeof search>) => {
    const next = { ...search, ...change };
    void navigate({ to: "/quarantine", search: Object.fromEntries(Object.entries(next).filter(([, value]) => value !== "")), replace: true });
  };
  const putGateway = useDebouncedCallback((gateway: string) => put({ gateway }), 300);
  const choices = [{ value: "", label: words.anyOrganisation }, ...organisations.map(({ id, name }) => ({ value: id, label: name })), ...(seesAll ? [{ value: "unclaimed", label: words.unclaimed }] : [])];
  return (
    <Group gap="sm" align="flex-end">
      <NativeSelect label={words.organisation} maw={260} value={search.organisation ?? ""} data={choices} onChange={(event) => put({ organisation: event.currentTarget.value })} />
      <TextInput label={words.gateway} type="search" w={200} maxLength={64} defaultValue={search.gateway ?? ""} onChange={(event) => putGateway(event.currentTarget.value.trim())} />
      <TextInput type="date" label={words.from} value={search.from ?? ""} onChange={(event) => put({ from: event.currentTarget.value })} />
      <TextInput type="date" label={words.to} value={search.to ?? ""} onChange={(event) => put({ to: event.currentTarget.value })} />
    </Group>
  );
}

function Row({ message, home }: { message: Message; home: string }) {
  return (
    <Table.Tr>
      <Table.Td>{dayTime(message.received_at)}</Table.Td>
      <Table.Td className={classes.code}>{message.gateway === "" ? "–" : message.gateway}</Table.Td>
      <Table.Td visibleFrom="sm" dir="auto">
        {home}
      </Table.Td>
      <Table.Td>
        {message.reason}
        <details>
          <summary>{words.show}</summary>
          <Content message={message} />
        </details>
      </Table.Td>
      <Table.Td visibleFrom="md" className={classes.code}>
        {message.topic}
      </Table.Td>
      <Table.Td visibleFrom="md">{words.bytes(message.length)}</Table.Td>
    </Table.Tr>
  );
}

function Content({ message }: { message: Message }) {
  const bytes = bytesOf(message.head_base64);
  return (
    <Stack gap={4} my={4}>
      {bytes.length < message.length && <Text size="xs">{words.cut(bytes.length, message.length)}</Text>}
      <Text size="xs" fw={600}>
        {words.text}
      </Text>
      <pre className={classes.body} aria-label={words.text} dir="auto" tabIndex={0}>
        {message.head}
      </pre>
      <Text size="xs" fw={600}>
        {words.hex}
      </Text>
      {/* Wider than a phone: it is scrolled, by keys too. */}
      <pre className={classes.hex} aria-label={words.hex} tabIndex={0}>
        {hexDump(bytes)}
      </pre>
    </Stack>
  );
}
