// When things happen: a cell for each hour of each day of the week, the stronger the more, with the number in it where there is room.

import { Chart } from "./Chart.tsx";
import classes from "./charts.module.css";
import { every, strength } from "./scale.ts";

interface Props {
  title: string;
  rows: readonly string[];
  columns: readonly string[];
  /** By row and column. */
  values: readonly (readonly number[])[];
  note?: string | null;
}

const LEFT = 40;
const CELL = 24;
const TOP = 18;
/** What a number needs. */
const NUMBER = 26;

export function HeatMap({ title, rows, columns, values, note = null }: Props) {
  const most = Math.max(0, ...values.flat());
  const height = TOP + rows.length * CELL;
  const draw = (width: number) => {
    const step = (width - LEFT) / columns.length;
    const nth = every(22, step);
    return (
      <>
        {columns.map(
          (label, n) =>
            n % nth === 0 && (
              <text key={label} x={LEFT + step * (n + 0.5)} y={TOP - 5} textAnchor="middle">
                {label}
              </text>
            ),
        )}
        {rows.map((label, row) => (
          <g key={label}>
            <text x={LEFT - 6} y={TOP + row * CELL + CELL / 2 + 4} textAnchor="end">
              {label}
            </text>
            {columns.map((column, n) => {
              const value = values[row]?.[n] ?? 0;
              return (
                <g key={column}>
                  <rect className={classes[`heat${strength(value, most)}`]} x={LEFT + step * n + 0.5} width={Math.max(0, step - 1)} y={TOP + row * CELL + 0.5} height={CELL - 1} />
                  {value > 0 && step >= NUMBER && (
                    <text x={LEFT + step * (n + 0.5)} y={TOP + row * CELL + CELL / 2 + 4} textAnchor="middle">
                      {value}
                    </text>
                  )}
                </g>
              );
            })}
          </g>
        ))}
      </>
    );
  };
  return <Chart order={3} title={title} keys={[]} height={height} draw={draw} note={note} />;
}
