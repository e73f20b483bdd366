// What each hour of an average day costs the control room, now and as proposed.

import { Table } from "@mantine/core";

import { Chart } from "../../charts/Chart.tsx";
import classes from "../../charts/charts.module.css";
import { backtestWords as words } from "../../text/en.ts";
import { PAIR } from "./RuleChart.tsx";
import type { Report } from "./tally.ts";

const HEIGHT = 180;
const LEFT = 40;
const TOP = 8;
const BOTTOM = 22;

const hourOf = (hour: number) => `${String(hour).padStart(2, "0")}:00`;

export function HourChart({ hours }: { hours: Report["hours"] }) {
  const table = (
    <Table verticalSpacing={2}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{words.hours.hour}</Table.Th>
          <Table.Th>{words.inForce}</Table.Th>
          <Table.Th>{words.proposed}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {hours.map((each) => (
          <Table.Tr key={each.hour}>
            <Table.Td>{hourOf(each.hour)}</Table.Td>
            <Table.Td>{each.in_force.toFixed(2)}</Table.Td>
            <Table.Td>{each.changed.toFixed(2)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
  return <Chart title={words.hours.title} keys={PAIR} height={HEIGHT} note={words.hours.unit} draw={(width) => <Bars hours={hours} width={width} />} table={table} />;
}

function Bars({ hours, width }: { hours: Report["hours"]; width: number }) {
  const most = Math.max(0.01, ...hours.flatMap((each) => [each.in_force, each.changed]));
  const zero = HEIGHT - BOTTOM;
  const unit = (zero - TOP) / most;
  const step = (width - LEFT) / 24;
  const bar = step * 0.38;
  const every = step < 18 ? 6 : step < 44 ? 3 : 1;
  return (
    <>
      {[most, most / 2, 0].map((value) => (
        <g key={value}>
          <line className={value === 0 ? classes.zero : classes.grid} x1={LEFT} x2={width} y1={zero - value * unit} y2={zero - value * unit} />
          <text x={LEFT - 6} y={zero - value * unit + 4} textAnchor="end">
            {value.toFixed(2)}
          </text>
        </g>
      ))}
      {hours.map((each) => {
        const left = LEFT + step * each.hour + step * 0.1;
        return (
          <g key={each.hour}>
            <rect className={classes.now} x={left} width={bar} y={zero - each.in_force * unit} height={each.in_force * unit} />
            <rect className={classes.proposed} x={left + bar} width={bar} y={zero - each.changed * unit} height={each.changed * unit} />
            {each.hour % every === 0 && (
              <text x={left + bar} y={HEIGHT - 6} textAnchor="middle">
                {hourOf(each.hour).slice(0, 2)}
              </text>
            )}
          </g>
        );
      })}
    </>
  );
}
