// The last runs of a scheduled report: how far each is, what came of it, and its file.

import { Badge, Table, Text } from "@mantine/core";

import { Download } from "../../../shell/Download.tsx";
import { Refused } from "../../../shell/Refused.tsx";
import { reportsWords, schedulesWords as words } from "../../../text/en.ts";
import { useNow } from "../../../time/clock.ts";
import { date } from "../../../time/format.ts";
import { moment } from "../tables.ts";
import { useRuns } from "./data.ts";
import type { Run, Schedule } from "./entry.ts";

const COLOURS = { waiting: "gray", running: "blue", done: "teal", failed: "red" } as const;

export function Runs({ schedule, zone }: { schedule: Schedule; zone: string }) {
  const asked = useRuns(schedule.id, true);
  const columns = words.runs.columns;
  if (asked.error !== null) return <Refused error={asked.error} retry={() => void asked.refetch()} />;
  if (asked.data === undefined) return <Text size="sm">{words.runs.loading}</Text>;
  if (asked.data.items.length === 0) return <Text size="sm">{words.runs.none}</Text>;
  return (
    <Table.ScrollContainer minWidth={700} scrollAreaProps={{ tabIndex: 0 }} type="native">
      <Table verticalSpacing={4} aria-label={words.runs.of(schedule.name)}>
        <Table.Thead>
          <Table.Tr>
            {[columns.asked, columns.period, columns.state, columns.rows, columns.sent, columns.file].map((label) => (
              <Table.Th key={label}>{label}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {asked.data.items.map((run) => (
            <One key={run.n} run={run} zone={zone} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function One({ run, zone }: { run: Run; zone: string }) {
  const now = useNow();
  const file = run.file != null && Date.parse(run.file.kept_until) > now ? run.file : null;
  return (
    <Table.Tr>
      <Table.Td>
        {moment(run.created_at, zone)}
        {run.asked_by != null && <Text size="xs">{words.runs.byHand}</Text>}
      </Table.Td>
      <Table.Td>{reportsWords.span(date(run.from, zone), date(Date.parse(run.to) - 1, zone))}</Table.Td>
      <Table.Td>
        <Badge variant="filled" color={COLOURS[run.state]}>
          {words.runs.states[run.state]}
        </Badge>
        {run.attempts > 1 && <Text size="xs">{words.runs.attempts(run.attempts)}</Text>}
        {run.error != null && (
          <Text size="xs" dir="auto">
            {run.error}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{run.rows.toLocaleString("en-GB")}</Table.Td>
      <Table.Td>{run.send ? words.runs.sentTo(run.sent_to) : words.runs.notSent}</Table.Td>
      <Table.Td>
        {file === null ? (
          run.file != null && words.runs.gone
        ) : (
          <Download size="compact-sm" path={`/api/v1/report-schedules/${encodeURIComponent(run.schedule)}/runs/${run.n}/file`} file={file.name} label={words.runs.fetch} said={words.runs.fetchOne(file.name)} />
        )}
      </Table.Td>
    </Table.Tr>
  );
}
