// Lines over the months, with the marks that are to be reached and what happened meanwhile.

import { BOTTOM, Below, Grid, heightOf, LEFT, type Mark, Marks, TOP } from "./axes.tsx";
import { Chart, type Key, SERIES, type Sort } from "./Chart.tsx";
import classes from "./charts.module.css";
import { type Axis, pieces } from "./scale.ts";

export interface Series {
  label: string;
  values: (number | null)[];
}

/** Something that happened at a place on the axis: 1.5 is the middle of the second step. */
export interface Happened {
  at: number;
  label: string;
}

interface Props {
  title: string;
  labels: readonly string[];
  series: readonly Series[];
  axis: Axis;
  format: (value: number) => string;
  marks?: readonly Mark[];
  happened?: readonly Happened[];
  note?: string | null;
}

const HEIGHT = 200;
/** What a month needs below the axis. */
const LABEL = 58;

export function Lines({ title, labels, series, axis, format, marks = [], happened = [], note = null }: Props) {
  const drawn = series.slice(0, SERIES.length);
  const keys: Key[] = [
    ...drawn.map((each, n) => ({ sort: SERIES[n] ?? "s1", label: each.label, line: true })),
    ...marks.map((mark) => ({ sort: "mark" as const, label: mark.label, line: true })),
  ];
  const draw = (width: number) => {
    const step = (width - LEFT) / Math.max(1, labels.length);
    return (
      <>
        <Grid axis={axis} width={width} height={HEIGHT} format={format} />
        <Below labels={labels} width={width} height={HEIGHT} room={LABEL} />
        {happened.map((each) => (
          <g key={each.label}>
            <line className={classes.happened} x1={LEFT + step * each.at} x2={LEFT + step * each.at} y1={TOP} y2={HEIGHT - BOTTOM} />
            <text x={LEFT + step * each.at + 4} y={TOP + 10}>
              {each.label}
            </text>
          </g>
        ))}
        <Marks marks={marks} axis={axis} width={width} height={HEIGHT} />
        {drawn.map((each, n) => (
          <Line key={each.label} values={each.values} sort={SERIES[n] ?? "s1"} x={(at) => LEFT + step * (at + 0.5)} y={(value) => heightOf(value, axis, HEIGHT)} />
        ))}
      </>
    );
  };
  return <Chart order={3} title={title} keys={keys} height={HEIGHT} draw={draw} note={note} />;
}

function Line({ values, sort, x, y }: { values: readonly (number | null)[]; sort: Sort; x: (at: number) => number; y: (value: number) => number }) {
  return pieces(values).map((piece) => (
    <g key={piece[0]?.at}>
      <polyline className={`${classes.line ?? ""} ${classes[sort] ?? ""}`} points={piece.map(({ at, value }) => `${x(at)},${y(value)}`).join(" ")} />
      {piece.map(({ at, value }) => (
        <circle key={at} className={classes[sort]} cx={x(at)} cy={y(value)} r={3} />
      ))}
    </g>
  ));
}
