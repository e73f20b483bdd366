// The lines and labels around a drawing.

import type { ReactNode } from "react";

import classes from "./charts.module.css";
import { type Axis, every } from "./scale.ts";

export const LEFT = 44;
export const TOP = 10;
export const BOTTOM = 22;

/** Pixels from the top at which a value stands. */
export function heightOf(value: number, axis: Axis, height: number): number {
  const zero = height - BOTTOM;
  return zero - ((value - axis.low) / (axis.high - axis.low)) * (zero - TOP);
}

export function Grid({ axis, width, height, format }: { axis: Axis; width: number; height: number; format: (value: number) => string }): ReactNode {
  return axis.lines.map((value) => {
    const y = heightOf(value, axis, height);
    return (
      <g key={value}>
        <line className={value === axis.low ? classes.zero : classes.grid} x1={LEFT} x2={width} y1={y} y2={y} />
        <text x={LEFT - 6} y={y + 4} textAnchor="end">
          {format(value)}
        </text>
      </g>
    );
  });
}

/** What stands below the axis, as much of it as has room. */
export function Below({ labels, width, height, room }: { labels: readonly string[]; width: number; height: number; room: number }): ReactNode {
  const step = (width - LEFT) / Math.max(1, labels.length);
  const nth = every(room, step);
  return labels.map(
    (label, n) =>
      n % nth === 0 && (
        <text key={label} x={LEFT + step * (n + 0.5)} y={height - 6} textAnchor="middle">
          {label}
        </text>
      ),
  );
}

export interface Mark {
  label: string;
  value: number;
}

/** Values that are to be reached or kept, drawn across. */
export function Marks({ marks, axis, width, height }: { marks: readonly Mark[]; axis: Axis; width: number; height: number }): ReactNode {
  return marks.map((mark) => {
    const y = heightOf(mark.value, axis, height);
    return <line key={mark.label} className={`${classes.line ?? ""} ${classes.mark ?? ""}`} x1={LEFT} x2={width} y1={y} y2={y} />;
  });
}
