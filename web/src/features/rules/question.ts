// What somebody enters to have rules tried out, and the question to the server that it becomes.

import type { Schemas } from "../../api/client.ts";
import { dayOf, fromWall, plusDays } from "../../time/zone.ts";
import { read } from "./written.ts";

export interface Entered {
  what: "revision" | "rule";
  revision: string;
  ruleText: string;
  /** Days; the last is included. */
  from: string;
  to: string;
  organisation: string;
  homes: { id: string; name: string }[];
  warmUp: number | null;
  closedAfter: number | null;
}

export const WARM_UP_DAYS = 14;
export const CLOSED_AFTER_MINUTES = 60;

/** The last fortnight until today. */
export function fresh(now: number, zone: string, more: Partial<Entered>): Entered {
  const today = dayOf(now, zone);
  return { what: "revision", revision: "", ruleText: "", from: plusDays(today, -13), to: today, organisation: "", homes: [], warmUp: WARM_UP_DAYS, closedAfter: CLOSED_AFTER_MINUTES, ...more };
}

/** The same, until now at the latest: time to come has no events, and would be played as silence. */
export function untilNow<Q extends { to: string }>(asked: Q, now: number): Q {
  return Date.parse(asked.to) > now ? { ...asked, to: new Date(now).toISOString() } : asked;
}

/** The question, or null while something in it is missing: what is wrong beyond that the server says. */
export function question(entered: Entered, zone: string): Schemas["BacktestQuestion"] | null {
  const from = fromWall(entered.from, zone);
  const to = entered.to === "" ? Number.NaN : fromWall(plusDays(entered.to, 1), zone);
  if (Number.isNaN(from) || Number.isNaN(to)) return null;
  const { rule } = read(entered.ruleText);
  if (entered.what === "revision" ? entered.revision === "" : rule === null) return null;
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    warm_up_days: entered.warmUp,
    closed_after_minutes: entered.closedAfter,
    homes: entered.homes.map((home) => home.id),
    ...(entered.organisation === "" ? {} : { organisation: entered.organisation }),
    ...(entered.what === "revision" ? { revision: Number(entered.revision) } : { rules: rule === null ? [] : [rule] }),
  };
}
