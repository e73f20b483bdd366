// The trail: who read or changed what, with the filters kept in the address.

import { Stack, Table, Text, Title } from "@mantine/core";
import { Link, useSearch } from "@tanstack/react-router";

import { body, client, type Schemas } from "../../api/client.ts";
import { Changes } from "../../difference/Changes.tsx";
import { ListEnd, usePages } from "../../lists/pages.tsx";
import { Only } from "../../shell/Frame.tsx";
import { auditWords as words } from "../../text/en.ts";
import { between } from "../../time/days.ts";
import { clockTime, date } from "../../time/format.ts";
import classes from "./audit.module.css";
import { AuditFilters } from "./AuditFilters.tsx";
import { detailOf } from "./detail.ts";
import { useObjectNames } from "./names.ts";

type Entry = Schemas["AuditRecord"];

/** So many fields are shown at once; more open by a press. */
const AT_ONCE = 4;

export function AuditPage() {
  return (
    <Only page="audit">
      <Audit />
    </Only>
  );
}

function Audit() {
  const { from, to, ...search } = useSearch({ from: "/audit" });
  const query = { ...search, ...between(from, to), limit: 50 };
  const list = usePages(["audit", query], (cursor) => body(client.GET("/api/v1/audit", { params: { query: { ...query, ...cursor } } })));
  const nameOf = useObjectNames(list.items);
  return (
    <Stack gap="sm">
      <Title order={1} size="h3">
        {words.title}
      </Title>
      <Text size="sm">{words.explained}</Text>
      <AuditFilters />
      {list.isPending && <Text size="sm">{words.loading}</Text>}
      {list.items.length > 0 && (
        <Table verticalSpacing={4} className={classes.list}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th className={classes.when}>{words.columns.when}</Table.Th>
              <Table.Th className={classes.who}>{words.columns.who}</Table.Th>
              <Table.Th className={classes.what}>{words.columns.action}</Table.Th>
              <Table.Th visibleFrom="sm">{words.columns.detail}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.items.map((entry) => (
              <Row key={entry.seq} entry={entry} object={nameOf(entry)} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      <ListEnd list={list} empty={words.none} />
    </Stack>
  );
}

function word(known: Record<string, string>, name: string): string {
  return known[name] ?? name.replaceAll("_", " ");
}

function Row({ entry, object }: { entry: Entry; object: string }) {
  const search = useSearch({ from: "/audit" });
  const who = entry.who_name ?? (entry.who === "cli" ? words.commandLine : entry.who === "harken" || entry.who === "system" ? words.system : entry.who);
  return (
    <Table.Tr>
      <Table.Td title={entry.at}>
        {date(entry.at)}, {clockTime(entry.at)}
      </Table.Td>
      <Table.Td>
        <Link to="/audit" search={{ ...search, who: entry.who }} title={words.onlyWho(who)} dir="auto">
          {who}
        </Link>
      </Table.Td>
      <Table.Td>
        {word(words.actions, entry.action)}: {word(words.objects, entry.object_kind)}{" "}
        <Link to="/audit" search={{ ...search, object: entry.object_id }} title={`${words.onlyObject}: ${entry.object_id}`} className={object === entry.object_id ? classes.code : classes.object} dir="auto">
          {object}
        </Link>
        {/* A phone has no room for a column more. */}
        <div className={classes.below}>
          <Told entry={entry} />
        </div>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Told entry={entry} />
      </Table.Td>
    </Table.Tr>
  );
}

function Told({ entry }: { entry: Entry }) {
  const { changes, said } = detailOf(entry.detail);
  const label = words.changes(word(words.actions, entry.action));
  return (
    <>
      {said.map(({ name, value }) => (
        <Text key={name} size="sm" dir="auto">
          {name !== "" && `${name}: `}
          {value}
        </Text>
      ))}
      {changes.length > 0 && changes.length <= AT_ONCE && <Changes changes={changes} label={label} />}
      {changes.length > AT_ONCE && (
        <details>
          <summary>{words.more(changes.length)}</summary>
          <Changes changes={changes} label={label} />
        </details>
      )}
    </>
  );
}
