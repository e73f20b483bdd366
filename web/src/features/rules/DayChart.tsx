// More and fewer alerts of each day: more upwards, fewer downwards from the same line.

import { Table } from "@mantine/core";

import { Chart } from "../../charts/Chart.tsx";
import classes from "../../charts/charts.module.css";
import { axisEnd } from "../../charts/scale.ts";
import { backtestWords as words } from "../../text/en.ts";
import { date } from "../../time/format.ts";
import type { Day } from "./tally.ts";

const HEIGHT = 220;
const LEFT = 34;
const TOP = 8;
const BOTTOM = 22;
/** What a date needs below the axis. */
const LABEL = 52;

const shortDay = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

export function DayChart({ days, cut }: { days: Day[]; cut: boolean }) {
  const table = (
    <Table verticalSpacing={2}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{words.days.day}</Table.Th>
          <Table.Th>{words.gained}</Table.Th>
          <Table.Th>{words.lost}</Table.Th>
          <Table.Th>{words.moved}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {days.map((each) => (
          <Table.Tr key={each.day}>
            <Table.Td>{date(`${each.day}T00:00Z`, "UTC")}</Table.Td>
            <Table.Td>{each.gained}</Table.Td>
            <Table.Td>{each.lost}</Table.Td>
            <Table.Td>{each.moved}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
  const keys = [
    { sort: "gained" as const, label: words.days.up },
    { sort: "lost" as const, label: words.days.down },
  ];
  return <Chart title={words.days.title} keys={keys} height={HEIGHT} draw={(width) => <Bars days={days} width={width} />} table={table} note={cut ? words.days.cut : null} />;
}

function Bars({ days, width }: { days: Day[]; width: number }) {
  const most = axisEnd(Math.max(1, ...days.flatMap((each) => [each.gained, each.lost])));
  const down = days.some((each) => each.lost > 0);
  const high = HEIGHT - TOP - BOTTOM;
  const zero = TOP + (down ? high / 2 : high);
  const unit = (zero - TOP) / most;
  const step = (width - LEFT) / Math.max(1, days.length);
  const bar = Math.min(28, step * 0.7);
  const every = Math.max(1, Math.ceil(LABEL / step));
  const lines = [most, most / 2, 0, ...(down ? [-most / 2, -most] : [])];
  return (
    <>
      {lines.map((value) => (
        <g key={value}>
          <line className={value === 0 ? classes.zero : classes.grid} x1={LEFT} x2={width} y1={zero - value * unit} y2={zero - value * unit} />
          <text x={LEFT - 6} y={zero - value * unit + 4} textAnchor="end">
            {Math.abs(value)}
          </text>
        </g>
      ))}
      {days.map((each, n) => {
        const middle = LEFT + step * (n + 0.5);
        return (
          <g key={each.day}>
            <rect className={classes.gained} x={middle - bar / 2} width={bar} y={zero - each.gained * unit} height={each.gained * unit} />
            <rect className={classes.lost} x={middle - bar / 2} width={bar} y={zero} height={each.lost * unit} />
            {n % every === 0 && (
              <text x={middle} y={HEIGHT - 6} textAnchor="middle">
                {shortDay.format(new Date(`${each.day}T00:00Z`))}
              </text>
            )}
          </g>
        );
      })}
    </>
  );
}
