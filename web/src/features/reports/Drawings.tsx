// What is drawn of a table, side by side.

import { Columns } from "../../charts/Columns.tsx";
import { HeatMap } from "../../charts/HeatMap.tsx";
import { Lines } from "../../charts/Lines.tsx";
import { Rows } from "../../charts/Rows.tsx";
import type { Drawing } from "./drawings.ts";
import classes from "./reports.module.css";
import { amount, type Kind } from "./tables.ts";

/** The labels of an axis say percent in the title. */
const onAxis = (kind: Kind) => (value: number) => amount(value, kind === "percent" ? "count" : kind);

export function Drawings({ drawn }: { drawn: readonly Drawing[] }) {
  if (drawn.length === 0) return null;
  return (
    <div className={`${classes.drawings ?? ""} ${drawn.some((each) => each.is === "heat") ? (classes.wide ?? "") : ""}`}>
      {drawn.map((each) => (
        <One key={each.title} drawing={each} />
      ))}
    </div>
  );
}

function One({ drawing }: { drawing: Drawing }) {
  switch (drawing.is) {
    case "lines":
      return <Lines title={drawing.title} labels={drawing.labels} series={drawing.series} axis={drawing.axis} format={onAxis(drawing.kind)} marks={drawing.marks} happened={drawing.happened} note={drawing.note} />;
    case "columns":
      return <Columns title={drawing.title} labels={drawing.labels} series={drawing.series} {...(drawing.axis === undefined ? {} : { axis: drawing.axis })} format={onAxis(drawing.kind)} marks={drawing.marks} room={drawing.narrow ? 20 : 58} note={drawing.note} />;
    case "rows":
      return <Rows title={drawing.title} rows={drawing.rows} bars={drawing.bars} format={(value) => amount(value, drawing.kind)} {...(drawing.end === undefined ? {} : { end: drawing.end })} mark={drawing.mark} note={drawing.note} />;
    case "heat":
      return <HeatMap title={drawing.title} rows={drawing.rows} columns={drawing.columns} values={drawing.values} note={drawing.note} />;
  }
}
