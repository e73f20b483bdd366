// What a backtest came to: the sums, by day, by rule, by hour, by home, and the alerts that make the difference.

import { Group, Paper, Stack, Table, Text } from "@mantine/core";

import { usePlaces } from "../../places/places.ts";
import { backtestWords as words } from "../../text/en.ts";
import { dayTime } from "../../time/format.ts";
import { DayChart } from "./DayChart.tsx";
import { HourChart } from "./HourChart.tsx";
import { RuleChart } from "./RuleChart.tsx";
import { Heading } from "./RuleWords.tsx";
import classes from "./rules.module.css";
import { byDay, byRule, cutOff, type Report } from "./tally.ts";

export function BacktestResult({ report, zone }: { report: Report; zone: string }) {
  const { total } = report;
  const told = [...report.gained, ...report.lost, ...report.moved.map((each) => each.changed)];
  const place = usePlaces([...told.map((each) => each.home), ...Object.keys(report.by_home)]);
  const rules = byRule(report);
  const same = total.gained + total.lost + total.moved === 0;
  return (
    <Stack gap="md" component="section" aria-label={words.result}>
      <div>
        <Heading>{words.result}</Heading>
        <Group gap="sm">
          <Sum label={words.inForce} value={total.in_force} rate={total.in_force_per_100_home_days} />
          <Sum label={words.proposed} value={total.changed} rate={total.changed_per_100_home_days} />
          <Sum label={words.gained} value={total.gained} />
          <Sum label={words.lost} value={total.lost} />
          <Sum label={words.moved} value={total.moved} />
          <Sum label={words.shadow} value={total.shadow} />
        </Group>
        <Text size="sm" mt={4}>
          {words.played(report.homes, report.events, report.home_days.toFixed(1), report.in_force)}. {words.assumed(report.warm_up_days, report.closed_after_minutes)}.
        </Text>
      </div>
      {rules.length === 0 && <Text>{words.nothing}</Text>}
      {rules.length > 0 && same && <Text>{words.same}</Text>}
      {rules.length > 0 && (
        <>
          {!same && <DayChart days={byDay(report, zone, (home) => place(home)?.zone)} cut={cutOff(report)} />}
          <RuleChart rules={rules} />
          <HourChart hours={report.hours} />
        </>
      )}
      <Homes report={report} name={(id) => place(id)?.name ?? id} />
      <Told title={words.told.gained} rows={report.gained.map((told) => ({ told, before: null }))} place={place} />
      <Told title={words.told.lost} rows={report.lost.map((told) => ({ told, before: null }))} place={place} />
      <Told title={words.told.moved} rows={report.moved.map((each) => ({ told: each.changed, before: each.in_force.raised_at }))} place={place} />
    </Stack>
  );
}

function Sum({ label, value, rate }: { label: string; value: number; rate?: number }) {
  return (
    <Paper withBorder px="sm" py={4}>
      <Text size="sm">{label}</Text>
      <Text fw={700} size="xl" lh={1.1} className="counting">
        {value}
      </Text>
      <Text size="xs" c="dimmed" mih={18}>
        {rate === undefined ? "" : `${rate.toFixed(1)} ${words.per100}`}
      </Text>
    </Paper>
  );
}

function Homes({ report, name }: { report: Report; name: (id: string) => string }) {
  const rows = Object.entries(report.by_home).sort(([, a], [, b]) => b.gained + b.lost + b.moved - (a.gained + a.lost + a.moved));
  if (rows.length === 0) return null;
  return (
    <details>
      <summary>{`${words.homesTable.title} (${rows.length})`}</summary>
      <Table verticalSpacing={2} className={classes.list}>
        <Table.Thead>
          <Table.Tr>
            {[words.homesTable.home, words.inForce, words.proposed, words.gained, words.lost, words.moved].map((label) => (
              <Table.Th key={label}>{label}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([home, counts]) => (
            <Table.Tr key={home}>
              <Table.Td dir="auto">{name(home)}</Table.Td>
              <Table.Td>{counts.in_force}</Table.Td>
              <Table.Td>{counts.changed}</Table.Td>
              <Table.Td>{counts.gained}</Table.Td>
              <Table.Td>{counts.lost}</Table.Td>
              <Table.Td>{counts.moved}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </details>
  );
}

interface ToldRow {
  told: Report["gained"][number];
  before: string | null;
}

function Told({ title, rows, place }: { title: string; rows: ToldRow[]; place: ReturnType<typeof usePlaces> }) {
  if (rows.length === 0) return null;
  return (
    <details>
      <summary>{`${title} (${rows.length})`}</summary>
      <Table verticalSpacing={2} className={classes.list}>
        <Table.Thead>
          <Table.Tr>
            {[words.told.when, words.told.home, words.told.rule, words.told.why].map((label) => (
              <Table.Th key={label}>{label}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ told, before }, n) => (
            // Told once and never reordered.
            <Table.Tr key={n}>
              <Table.Td>
                {dayTime(told.raised_at, place(told.home)?.zone)}
                {before !== null && <Text size="xs">{words.told.before(dayTime(before, place(told.home)?.zone))}</Text>}
              </Table.Td>
              <Table.Td dir="auto">{place(told.home)?.name ?? told.home}</Table.Td>
              <Table.Td>{told.rule}</Table.Td>
              <Table.Td dir="auto">{told.explanation}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </details>
  );
}
