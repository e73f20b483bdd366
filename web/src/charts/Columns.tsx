// Upright bars, by month or by hour: one above the other where they are parts of one thing.

import { Below, Grid, heightOf, LEFT, type Mark, Marks } from "./axes.tsx";
import { Chart, type Key, SERIES } from "./Chart.tsx";
import classes from "./charts.module.css";
import type { Series } from "./Lines.tsx";
import { type Axis, countAxis } from "./scale.ts";

interface Props {
  title: string;
  labels: readonly string[];
  /** Parts of a whole, from the bottom. */
  series: readonly Series[];
  axis?: Axis;
  format: (value: number) => string;
  marks?: readonly Mark[];
  /** What a label needs below the axis. */
  room?: number;
  note?: string | null;
}

const HEIGHT = 200;
const WIDEST = 40;

export function Columns({ title, labels, series, axis, format, marks = [], room = 58, note = null }: Props) {
  const drawn = series.slice(0, SERIES.length);
  const sums = labels.map((_, at) => drawn.reduce((sum, each) => sum + (each.values[at] ?? 0), 0));
  const scale = axis ?? countAxis(sums);
  const keys: Key[] = [
    ...(drawn.length > 1 ? drawn.map((each, n) => ({ sort: SERIES[n] ?? "s1", label: each.label })) : []),
    ...marks.map((mark) => ({ sort: "mark" as const, label: mark.label, line: true })),
  ];
  const draw = (width: number) => {
    const step = (width - LEFT) / Math.max(1, labels.length);
    return (
      <>
        <Grid axis={scale} width={width} height={HEIGHT} format={format} />
        <Below labels={labels} width={width} height={HEIGHT} room={room} />
        {labels.map((label, at) => (
          <Stacked key={label} values={drawn.map((each) => each.values[at] ?? 0)} middle={LEFT + step * (at + 0.5)} wide={Math.min(WIDEST, step * 0.7)} axis={scale} />
        ))}
        <Marks marks={marks} axis={scale} width={width} height={HEIGHT} />
      </>
    );
  };
  return <Chart order={3} title={title} keys={keys} height={HEIGHT} draw={draw} note={note} />;
}

function Stacked({ values, middle, wide, axis }: { values: readonly number[]; middle: number; wide: number; axis: Axis }) {
  return values.map((value, n) => {
    // The lowest bar stands on the axis, wherever that begins.
    const below = values.slice(0, n).reduce((sum, each) => sum + each, 0);
    const [from, to] = [Math.max(axis.low, below), Math.max(axis.low, below + value)];
    const top = heightOf(to, axis, HEIGHT);
    return <rect key={n} className={classes[SERIES[n] ?? "s1"]} x={middle - wide / 2} width={wide} y={top} height={heightOf(from, axis, HEIGHT) - top} />;
  });
}
