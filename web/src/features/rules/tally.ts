// A backtest's answer as its charts and tables need it.

import type { Schemas } from "../../api/client.ts";
import { dayOf, plusDays } from "../../time/zone.ts";

export type Report = Schemas["Report"];

/** The server tells so many alerts of each sort in full, and counts the rest. */
export const TOLD_AT_MOST = 500;

export interface Day {
  day: string;
  gained: number;
  lost: number;
  moved: number;
}

/** Alerts of each day that only one of the two sets raises. `zoneOf` tells a home's zone where it is known; `zone` is that of the days asked for. */
export function byDay(report: Report, zone: string, zoneOf: (home: string) => string | undefined): Day[] {
  const days = new Map<string, Day>();
  const add = (day: string) => {
    const made = days.get(day) ?? { day, gained: 0, lost: 0, moved: 0 };
    days.set(day, made);
    return made;
  };
  const last = dayOf(Date.parse(report.to) - 1, zone);
  for (let day = dayOf(report.from, zone); day <= last; day = plusDays(day, 1)) add(day);
  const on = (told: Schemas["Told"]) => add(dayOf(told.raised_at, zoneOf(told.home) ?? zone));
  for (const told of report.gained) on(told).gained += 1;
  for (const told of report.lost) on(told).lost += 1;
  for (const { changed } of report.moved) on(changed).moved += 1;
  return [...days.values()].sort((a, b) => a.day.localeCompare(b.day));
}

export type RuleCount = { rule: string } & Schemas["Counts"];

/** The rules that raised anything, those that differ most first. */
export function byRule(report: Report): RuleCount[] {
  const difference = (each: RuleCount) => each.gained + each.lost + each.moved;
  return Object.entries(report.rules)
    .map(([rule, counts]) => ({ rule, ...counts }))
    .sort((a, b) => difference(b) - difference(a) || b.in_force - a.in_force || a.rule.localeCompare(b.rule));
}

/** Whether some alerts of a sort are counted but not told, so that days show too few. */
export function cutOff(report: Report): boolean {
  return [report.gained, report.lost, report.moved].some((told) => told.length >= TOLD_AT_MOST);
}
