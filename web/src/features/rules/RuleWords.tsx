// A rule as people read it: when, what to do, and the numbers that plans may change.

import { List, Stack, Table, Text, Title } from "@mantine/core";

import type { Schemas } from "../../api/client.ts";
import { rulesWords as words } from "../../text/en.ts";
import classes from "./rules.module.css";

export function RuleWords({ rule }: { rule: Schemas["RuleView"] }) {
  return (
    <div className={classes.columns}>
      <Stack gap="sm">
        <section>
          <Heading>{words.one.when}</Heading>
          <Text className={classes.sentence} dir="auto">
            {rule.condition}
          </Text>
        </section>
        <Settings settings={rule.settings} />
      </Stack>
      <section>
        <Heading>{words.one.instructions}</Heading>
        {rule.instructions.length === 0 && <Text size="sm">{words.one.noInstructions}</Text>}
        <List type="ordered" size="sm" spacing={4}>
          {rule.instructions.map((step) => (
            <List.Item key={step} dir="auto">
              {step}
            </List.Item>
          ))}
        </List>
      </section>
    </div>
  );
}

export function Heading({ children }: { children: string }) {
  return (
    <Title order={2} size="h5" mb={4}>
      {children}
    </Title>
  );
}

function withUnit(value: string | number | boolean, unit: string): string {
  return unit === "" || unit === "1" || unit === "hh:mm" ? String(value) : `${String(value)} ${unit}`;
}

function Settings({ settings }: { settings: Schemas["RuleView"]["settings"] }) {
  const rows = Object.entries(settings);
  return (
    <section>
      <Heading>{words.one.settings}</Heading>
      {rows.length === 0 && <Text size="sm">{words.one.noSettings}</Text>}
      {rows.length > 0 && (
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.one.columns.name}</Table.Th>
              <Table.Th>{words.one.columns.value}</Table.Th>
              <Table.Th>{words.one.columns.bounds}</Table.Th>
              <Table.Th>{words.one.columns.text}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(([name, setting]) => (
              <Table.Tr key={name}>
                <Table.Td className={classes.code}>{name}</Table.Td>
                <Table.Td>{withUnit(setting.default, setting.unit)}</Table.Td>
                <Table.Td>{setting.min == null || setting.max == null ? "" : words.one.bounds(String(setting.min), String(setting.max))}</Table.Td>
                <Table.Td dir="auto">{setting.text}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}
