// What every figure of a report counts, and the configured numbers it rests on: at the end of the page, and of the paper.

import { Table, Text, Title } from "@mantine/core";

import { reportsWords as words } from "../../text/en.ts";
import classes from "./reports.module.css";
import type { Report } from "./tables.ts";

export function Definitions({ report }: { report: Report }) {
  return (
    <section aria-label={words.definitions}>
      <Title order={2} size="h5">
        {words.definitions}
      </Title>
      <dl className={classes.definitions}>
        {report.definitions.map((each) => (
          <div key={each.figure}>
            <dt>{each.title}</dt>
            <dd>{each.words}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** The settings that a report's figures are made with. */
const RESTS_ON: Record<Report["name"], readonly string[]> = {
  "response-times": ["response.answer_target_s", "response.answer_limit_s", "reports.target_percent", "reports.limit_percent"],
  activations: ["reports.repeat_calls"],
  outcomes: [],
  attendance: ["visits.attend_min", "visits.attend_limit_min", "reports.attend_percent", "reports.attend_limit_percent"],
  "device-health": [],
  "false-alarms": [],
  "take-up": [],
  workload: ["reports.operator_norm", "reports.flood"],
  "social-value": ["reports.avoided_attended_percent", "reports.avoided_reassured_percent", "reports.avoided_value"],
};

export function Assumptions({ report }: { report: Report }) {
  const rests = report.assumptions.filter((each) => RESTS_ON[report.name].includes(each.setting));
  if (rests.length === 0) return null;
  return (
    <section aria-label={words.assumptions}>
      <Title order={2} size="h5">
        {words.assumptions}
      </Title>
      <Table verticalSpacing={2} w="auto">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.assumption.words}</Table.Th>
            <Table.Th className={classes.number}>{words.assumption.value}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rests.map((each) => (
            <Table.Tr key={each.setting}>
              <Table.Td>
                {each.words} <code className={classes.setting}>{each.setting}</code>
              </Table.Td>
              <Table.Td className={classes.number}>{each.value.toLocaleString("en-GB")}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm">{words.assumptionsHint}</Text>
    </section>
  );
}
