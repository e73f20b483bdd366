// What of a row moves with the clock: only these few letters are drawn again, never the row around them, and only when they change.

import { useTick } from "../../time/clock.ts";
import { shortSpan } from "../../time/format.ts";
import { look, said } from "./marks.ts";
import classes from "./queue.module.css";

/** How long somebody has waited since `at`. */
export function Waited({ at }: { at: string }) {
  const since = Date.parse(at);
  return <span className="counting">{useTick((now) => shortSpan(now - since))}</span>;
}

/** How long until a mark, or that it has passed. */
export function Mark({ label, at }: { label: string; at: string }) {
  const until = Date.parse(at);
  const words = useTick((now) => said(until, now));
  const shown = useTick((now) => look(until, now));
  return (
    <span className={`counting ${classes[shown] ?? ""}`}>
      {label} {words}
    </span>
  );
}
