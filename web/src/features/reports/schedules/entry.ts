// A schedule as its form holds it, and what is sent of it.

import type { Schemas } from "../../../api/client.ts";
import { schedulesWords as words } from "../../../text/en.ts";

export type Schedule = Schemas["Schedule"];
export type Run = Schemas["Run"];
type Recipient = Schemas["Recipient"];

export const CADENCES = ["daily", "weekly", "monthly"] as const;
export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export const FORMATS = ["xlsx", "csv", "json"] as const;

export interface Entered {
  organisation: string;
  name: string;
  report: Schedule["report"];
  format: Schedule["format"];
  table: string;
  every: (typeof CADENCES)[number];
  on: (typeof DAYS)[number];
  day: number | null;
  at: string;
  recipients: Required<Recipient>[];
}

export function fresh(organisation: string, report: Schedule["report"]): Entered {
  return { organisation, name: "", report, format: "xlsx", table: "", every: "monthly", on: "mon", day: 2, at: "06:00", recipients: [] };
}

export function entered(schedule: Schedule): Entered {
  const { organisation, name, report, format, table, when, recipients } = schedule;
  return { organisation, name, report, format, table: table ?? "", every: when.every, on: when.on ?? "mon", day: when.day ?? 2, at: when.at.slice(0, 5), recipients: recipients.map((each) => ({ ...each, send: each.send ?? "file" })) };
}

/** Everything but the organisation, which a schedule keeps, and whether it runs, which has a button of its own. */
export function record(from: Entered): Omit<Schemas["NewSchedule"], "organisation" | "active"> {
  const { name, report, format, table, every, on, day, at, recipients } = from;
  const when = { every, at, ...(every === "weekly" ? { on } : {}), ...(every === "monthly" ? { day } : {}) };
  return { name, report, format, table: format === "csv" && table !== "" ? table : null, when, recipients: recipients.map((each) => ({ ...each, to: each.to.trim() })) };
}

/** `Every Monday at 06:00`. */
export function calendar({ every, on, day, at }: Schedule["when"]): string {
  const time = at.slice(0, 5);
  if (every === "weekly") return words.weekly(words.days[on ?? "mon"], time);
  return every === "monthly" ? words.monthly(day ?? 1, time) : words.daily(time);
}

export const underWay = (run: Run) => run.state === "waiting" || run.state === "running";
