// Alerts of each rule, now and as proposed.

import { Table } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { Chart } from "../../charts/Chart.tsx";
import classes from "../../charts/charts.module.css";
import { backtestWords as words } from "../../text/en.ts";
import type { RuleCount } from "./tally.ts";

const DRAWN = 12;
const ROW = 44;
const BAR = 10;
const NUMBER = 48;

export const PAIR = [
  { sort: "now" as const, label: words.inForce },
  { sort: "proposed" as const, label: words.proposed },
];

export function RuleChart({ rules }: { rules: RuleCount[] }) {
  const drawn = rules.slice(0, DRAWN);
  const most = Math.max(1, ...drawn.flatMap((each) => [each.in_force, each.changed]));
  const draw = (width: number) => drawn.map((each, n) => <Pair key={each.rule} counts={each} y={n * ROW} unit={(width - NUMBER) / most} />);
  return <Chart title={words.rules.title} keys={PAIR} height={Math.max(1, drawn.length) * ROW} draw={draw} table={<RuleTable rules={rules} />} note={rules.length > DRAWN ? words.rules.shown(DRAWN) : null} />;
}

function Pair({ counts, y, unit }: { counts: RuleCount; y: number; unit: number }) {
  const bars = [
    { name: "now", value: counts.in_force, className: classes.now, at: y + 16 },
    { name: "proposed", value: counts.changed, className: classes.proposed, at: y + 17 + BAR },
  ];
  return (
    <g>
      <text x={0} y={y + 12}>
        {counts.rule}
      </text>
      {bars.map((bar) => (
        <g key={bar.name}>
          <rect className={bar.className} x={0} y={bar.at} width={bar.value * unit} height={BAR} />
          <text x={bar.value * unit + 6} y={bar.at + BAR - 1}>
            {bar.value}
          </text>
        </g>
      ))}
    </g>
  );
}

function RuleTable({ rules }: { rules: RuleCount[] }) {
  return (
    <Table verticalSpacing={2} horizontalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{words.rules.rule}</Table.Th>
          <Table.Th>{words.inForce}</Table.Th>
          <Table.Th>{words.proposed}</Table.Th>
          <Table.Th>{words.gained}</Table.Th>
          <Table.Th>{words.lost}</Table.Th>
          <Table.Th>{words.moved}</Table.Th>
          <Table.Th>{words.shadow}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rules.map((each) => (
          <Table.Tr key={each.rule}>
            <Table.Td>
              <Link to="/rules/$id" params={{ id: each.rule }}>
                {each.rule}
              </Link>
            </Table.Td>
            {[each.in_force, each.changed, each.gained, each.lost, each.moved, each.shadow].map((value, n) => (
              // Six numbers in a fixed order.
              <Table.Td key={n}>{value}</Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
