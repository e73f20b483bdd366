// Settings as a table: the sentence, the value in force with where it comes from and who set it why, the default and the bounds.

import { Button, Group, Table, Text } from "@mantine/core";
import { Fragment } from "react";

import { planWords as P } from "../text/en.ts";
import { date, dayTime } from "../time/format.ts";
import classes from "./plan.module.css";
import type { Line, Value } from "./plan.ts";
import type { Asked } from "./SettingForm.tsx";

export function withUnit(value: Value, unit: string): string {
  const said = P.units[unit] ?? unit;
  return said === "" ? String(value) : `${String(value)} ${said}`;
}

function bounds({ min, max, unit }: Line["setting"]): string {
  if (min != null && max != null) return P.bounds(String(min), withUnit(max, unit));
  if (min != null) return P.least(withUnit(min, unit));
  return max == null ? "" : P.most(withUnit(max, unit));
}

interface Props {
  lines: readonly Line[];
  /** What devices and people have of their own, by setting. */
  elsewhere: ReadonlyMap<string, readonly { who: string; value: Value }[]>;
  zone: string;
  /** Absent for those who may only read. */
  ask: ((asked: Asked) => void) | null;
}

export function PlanTable({ lines, elsewhere, zone, ask }: Props) {
  return (
    <Table className={classes.table} verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th className={classes.name}>{P.columns.setting}</Table.Th>
          <Table.Th>{P.columns.value}</Table.Th>
          <Table.Th visibleFrom="md">{P.columns.normal}</Table.Th>
          <Table.Th visibleFrom="md">{P.columns.bounds}</Table.Th>
          {ask !== null && <Table.Th>{P.columns.act}</Table.Th>}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {lines.map((line, n) => (
          <Fragment key={line.name}>
            {lines[n - 1]?.rule !== line.rule && (
              <Table.Tr>
                <Table.Th colSpan={5} scope="rowgroup">
                  {line.rule}
                </Table.Th>
              </Table.Tr>
            )}
            <Row line={line} elsewhere={elsewhere.get(line.name) ?? []} zone={zone} ask={ask} />
          </Fragment>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Row({ line, elsewhere, zone, ask }: { line: Line; elsewhere: readonly { who: string; value: Value }[]; zone: string; ask: Props["ask"] }) {
  const { unit } = line.setting;
  return (
    <Table.Tr data-setting={line.name}>
      <Table.Td dir="auto">
        <Text size="sm">{line.setting.text}</Text>
        <Text size="xs" c="dimmed" dir="ltr">
          {line.name}
        </Text>
      </Table.Td>
      <Table.Td className={classes.value} dir="auto">
        <span className={line.from === "default" ? undefined : classes.own}>{withUnit(line.value, unit)}</span>{" "}
        <Text size="sm" span>
          ({P.from[line.from]})
        </Text>
        <Why line={line} zone={zone} />
        {elsewhere.map(({ who, value }) => (
          <Text key={who} size="sm">
            {P.elsewhere(who, withUnit(value, unit))}
          </Text>
        ))}
      </Table.Td>
      <Table.Td visibleFrom="md">{withUnit(line.setting.default, unit)}</Table.Td>
      <Table.Td visibleFrom="md">{bounds(line.setting)}</Table.Td>
      {ask !== null && (
        <Table.Td>
          <Group gap={4}>
            <Button size="compact-sm" variant="default" aria-label={P.changeOne(line.name)} onClick={() => ask({ line, takeBack: false })}>
              {P.change}
            </Button>
            {line.own !== null && (
              <Button size="compact-sm" variant="default" aria-label={P.takeBackOne(line.name)} onClick={() => ask({ line, takeBack: true })}>
                {P.takeBack}
              </Button>
            )}
          </Group>
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function Why({ line, zone }: { line: Line; zone: string }) {
  const { detail, own } = line;
  const ended = own?.ended === true && own.detail?.until != null ? own.detail.until : null;
  return (
    <>
      {detail?.reason != null && <Text size="sm">{P.because(detail.reason)}</Text>}
      {detail?.set_at != null && (
        <Text size="xs" c="dimmed">
          {P.set(detail.author_name ?? detail.author ?? "", date(detail.set_at, zone))}
        </Text>
      )}
      {detail?.until != null && <Text size="sm">{P.ends(dayTime(detail.until, zone))}</Text>}
      {ended !== null && (
        <Text size="xs" c="dimmed">
          {withUnit(own?.value ?? "", line.setting.unit)} {P.ended(dayTime(ended, zone))}
        </Text>
      )}
    </>
  );
}
