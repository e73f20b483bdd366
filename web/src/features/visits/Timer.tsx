// The timer that runs: to answer, to set out, to be there, and how long somebody has been alone in a home.

import { useWaiting } from "../../outbox/context.tsx";
import { visitsWords } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { clockTime, span } from "../../time/format.ts";
import { standing, type Visit } from "./stage.ts";
import classes from "./visits.module.css";

const words = visitsWords.timers;

interface Props {
  visit: Visit;
  zone: string | undefined;
  /** As a line of a list. */
  plain?: boolean;
}

export function Timer({ visit, zone, plain = false }: Props) {
  const now = useNow();
  const { stage, ahead, since } = standing(visit, useWaiting());
  const told = say(visit, stage, { now, zone, since: ahead ? since : null });
  if (told === null) return null;
  return (
    <div className={plain ? undefined : classes.timer} data-late={told.late} role={plain ? undefined : "timer"}>
      {told.lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </div>
  );
}

interface Moment {
  now: number;
  zone: string | undefined;
  since: number | null;
}

function say(visit: Visit, stage: ReturnType<typeof standing>["stage"], { now, zone, since }: Moment): { lines: string[]; late: boolean } | null {
  const due = visit.due_at == null ? null : Date.parse(visit.due_at);
  // The running timer belongs to the stage that the server knows.
  const left = due === null || since !== null ? null : due - now;
  switch (stage) {
    case "offered":
      if (left === null) return null;
      return left > 0 ? { lines: [words.offered(span(left))], late: false } : { lines: [words.offeredLate], late: true };
    case "accepted":
    case "en_route": {
      const by = Date.parse(visit.attend_by);
      const there = now <= by ? words.en_route(clockTime(by, zone), span(by - now)) : words.enRouteLate(clockTime(by, zone), span(now - by));
      const setOut = stage === "accepted" && left !== null ? [left > 0 ? words.accepted(span(left)) : words.acceptedLate] : [];
      return { lines: [...setOut, there], late: now > by || (stage === "accepted" && left !== null && left <= 0) };
    }
    case "arrived": {
      const begun = since ?? (visit.arrived_at == null ? now : Date.parse(visit.arrived_at));
      const asked = left === null ? words.loneWaiting : left > 0 ? words.lone(span(left)) : words.loneLate;
      return { lines: [words.inside(span(now - begun)), asked], late: left === null || left <= 0 };
    }
    default:
      return null;
  }
}
