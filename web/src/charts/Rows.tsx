// Lying bars, one row for each thing that has a name, with its number beside it.

import type { Mark } from "./axes.tsx";
import { Chart, type Key, SERIES } from "./Chart.tsx";
import classes from "./charts.module.css";
import { axisEnd, fitting } from "./scale.ts";

export interface Named {
  label: string;
  /** One for each bar; what is not known has none. */
  values: (number | null)[];
}

interface Props {
  title: string;
  rows: readonly Named[];
  /** What each bar of a row stands for. */
  bars: readonly string[];
  format: (value: number) => string;
  /** The end of the axis, where it is known beforehand. */
  end?: number;
  mark?: Mark | null;
  note?: string | null;
}

const NAME = 16;
const BAR = 11;
const SPACE = 8;
const NUMBER = 64;

export function Rows({ title, rows, bars, format, end, mark = null, note = null }: Props) {
  const each = NAME + BAR * bars.length + SPACE;
  const most = end ?? axisEnd(Math.max(1, mark?.value ?? 0, ...rows.flatMap((row) => row.values.map((value) => value ?? 0))));
  const keys: Key[] = [
    ...(bars.length > 1 ? bars.map((label, n) => ({ sort: SERIES[n] ?? "s1", label })) : []),
    ...(mark === null ? [] : [{ sort: "mark" as const, label: mark.label, line: true }]),
  ];
  const height = Math.max(1, rows.length) * each;
  const draw = (width: number) => {
    const unit = Math.max(0, width - NUMBER) / most;
    return (
      <>
        {rows.map((row, n) => (
          <g key={`${row.label} ${n}`}>
            <text x={0} y={n * each + NAME - 4}>
              {fitting(row.label, width)}
            </text>
            {row.values.map((value, bar) => (
              <Bar key={bars[bar]} value={value} n={bar} y={n * each + NAME + bar * BAR} unit={unit} format={format} />
            ))}
          </g>
        ))}
        {mark !== null && <line className={`${classes.line ?? ""} ${classes.mark ?? ""}`} x1={mark.value * unit} x2={mark.value * unit} y1={0} y2={height} />}
      </>
    );
  };
  return <Chart order={3} title={title} keys={keys} height={height} draw={draw} note={note} />;
}

function Bar({ value, n, y, unit, format }: { value: number | null; n: number; y: number; unit: number; format: (value: number) => string }) {
  const long = (value ?? 0) * unit;
  return (
    <>
      <rect className={classes[SERIES[n] ?? "s1"]} x={0} width={long} y={y} height={BAR - 1} />
      <text x={long + 5} y={y + BAR - 2}>
        {value === null ? "–" : format(value)}
      </text>
    </>
  );
}
