// Fields before and after a change, side by side.

import { Table, Text } from "@mantine/core";

import { differenceWords as words } from "../text/en.ts";
import classes from "./difference.module.css";
import type { FieldChange } from "./fields.ts";

export function Changes({ changes, label }: { changes: readonly FieldChange[]; label: string }) {
  return (
    <Table aria-label={label} verticalSpacing={2} className={classes.changes} withRowBorders={false}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{words.field}</Table.Th>
          <Table.Th>{words.before}</Table.Th>
          <Table.Th>{words.after}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {changes.map(({ field, before, after }) => (
          <Table.Tr key={field}>
            <Table.Td className={classes.field}>{field}</Table.Td>
            <Side value={before} />
            <Side value={after} />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Side({ value }: { value: string | undefined }) {
  return (
    <Table.Td dir="auto">
      {value ?? (
        <Text span size="sm" c="dimmed">
          {words.absent}
        </Text>
      )}
    </Table.Td>
  );
}
