// The rules in force, in words, by queue and priority.

import { Badge, Checkbox, Group, NativeSelect, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";

import { useOrganisations } from "../../places/organisations.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { queue as queueWords, rulesWords as words } from "../../text/en.ts";
import { useRules } from "./data.ts";
import { type Group as RuleGroup, grouped, QUEUES, type Rule, type Wanted } from "./grouping.ts";
import classes from "./rules.module.css";
import { Sections } from "./Sections.tsx";

export function RulesPage() {
  return (
    <Only page="rules">
      <Rules />
    </Only>
  );
}

function Rules() {
  const asked = useRules();
  const [wanted, setWanted] = useState<Wanted>({ words: "", queue: "", shadowOnly: false });
  const filter = useRef<HTMLInputElement>(null);
  useShortcuts([{ keys: "/", does: words.filter, act: () => filter.current?.focus() }]);
  const groups = useMemo(() => grouped(asked.data ?? [], wanted), [asked.data, wanted]);
  return (
    <Stack gap="sm">
      <Sections title={words.title} />
      <Group gap="sm" align="center">
        <TextInput ref={filter} aria-label={words.filter} placeholder={`${words.filter} (/)`} value={wanted.words} w={280} onChange={(event) => setWanted({ ...wanted, words: event.currentTarget.value })} />
        <NativeSelect
          aria-label={words.queue}
          value={wanted.queue}
          data={[{ value: "", label: words.anyQueue }, ...QUEUES.map((value) => ({ value, label: queueWords.lanes[value] }))]}
          onChange={(event) => setWanted({ ...wanted, queue: QUEUES.find((each) => each === event.currentTarget.value) ?? "" })}
        />
        <Checkbox label={words.shadowOnly} checked={wanted.shadowOnly} onChange={(event) => setWanted({ ...wanted, shadowOnly: event.currentTarget.checked })} />
        {asked.data?.[0] !== undefined && <Text size="sm" c="dimmed">{words.count(asked.data.length, asked.data[0].revision)}</Text>}
      </Group>
      {asked.error !== null && <Refused error={asked.error} retry={() => void asked.refetch()} />}
      {asked.isPending && <Text size="sm">{words.loading}</Text>}
      {asked.data !== undefined && groups.length === 0 && <Text size="sm">{words.none}</Text>}
      {groups.map((group) => (
        <OneGroup key={`${group.queue} ${group.priority}`} group={group} />
      ))}
    </Stack>
  );
}

function OneGroup({ group }: { group: RuleGroup }) {
  const title = words.group(queueWords.lanes[group.queue], group.priority, queueWords.priorities[group.priority] ?? "");
  return (
    <section aria-label={title}>
      <Title order={2} size="h5" mb={4}>
        {title}
      </Title>
      <Table className={classes.list} verticalSpacing={4} layout="fixed" withRowBorders>
        <Table.Thead>
          <Table.Tr>
            <Table.Th className={classes.name}>{words.columns.rule}</Table.Th>
            <Table.Th>{words.columns.when}</Table.Th>
            <Table.Th className={classes.settings}>{words.columns.settings}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {group.rules.map((rule) => (
            <Row key={`${rule.id} ${rule.organisation ?? ""}`} rule={rule} />
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Row({ rule }: { rule: Rule }) {
  const owner = useOrganisations().find((each) => each.id === rule.organisation);
  const settings = Object.entries(rule.settings).map(([name, { default: value, unit }]) => words.setting(name, String(value), unit));
  return (
    <Table.Tr>
      <Table.Td>
        <Link to="/rules/$id" params={{ id: rule.id }} search={rule.organisation == null ? {} : { organisation: rule.organisation }} className={classes.link} dir="auto">
          {rule.title}
        </Link>{" "}
        <Text size="xs" c="dimmed" span>
          {rule.id}
        </Text>
        <Group gap={4}>
          {rule.shadow && <Badge variant="filled" color="grape" size="sm">{words.shadow}</Badge>}
          {rule.organisation != null && <Badge variant="default" size="sm" className={classes.plain} dir="auto">{words.own(owner?.name ?? rule.organisation)}</Badge>}
        </Group>
      </Table.Td>
      <Table.Td dir="auto">{rule.condition}</Table.Td>
      <Table.Td className={classes.settings}>{settings.join(", ")}</Table.Td>
    </Table.Tr>
  );
}
