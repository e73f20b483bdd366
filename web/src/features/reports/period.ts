// Of which time a report tells: what stands in the address, as days of the organisation's calendar, and as the server asks for it.

import { dayOf, plusDays } from "../../time/zone.ts";

/** What the address of a report holds. */
export interface ReportSearch {
  /** One of `NAMED`, or a month (`2026-09`); the last month without it. */
  period?: string;
  /** Days of one's own, both included; they come before `period`. */
  from?: string;
  to?: string;
  organisation?: string;
}

/** From the begin of a day until the begin of another. */
export interface Days {
  from: string;
  to: string;
}

export const NAMED = ["last-month", "this-month", "last-3-months", "last-12-months", "this-year", "last-year"] as const;
export type Named = (typeof NAMED)[number];
export const DEFAULT: Named = "last-month";

const firstOf = (day: string) => `${day.slice(0, 7)}-01`;

/** The first of the month so many months after that of `day`. */
export function plusMonths(day: string, months: number): string {
  const count = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + months;
  return `${String(Math.floor(count / 12)).padStart(4, "0")}-${String((count % 12) + 1).padStart(2, "0")}-01`;
}

const isMonth = (text: string) => /^\d{4}-(0[1-9]|1[0-2])$/.test(text);

function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00Z`);
  // What the calendar does not have is moved to the next day that it has.
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text;
}

/** The days that are meant, by the calendar on which it is `today`; null when they make no sense. */
export function daysOf(search: ReportSearch, today: string): Days | null {
  if (search.from !== undefined || search.to !== undefined) {
    const { from = "", to = "" } = search;
    return isDay(from) && isDay(to) && from <= to ? { from, to: plusDays(to, 1) } : null;
  }
  const first = firstOf(today);
  const year = today.slice(0, 4);
  switch (search.period ?? DEFAULT) {
    case "last-month":
      return { from: plusMonths(first, -1), to: first };
    case "this-month":
      // Until tonight: what is to come must not thin out what was.
      return { from: first, to: plusDays(today, 1) };
    case "last-3-months":
      return { from: plusMonths(first, -3), to: first };
    case "last-12-months":
      return { from: plusMonths(first, -12), to: first };
    case "this-year":
      return { from: `${year}-01-01`, to: plusDays(today, 1) };
    case "last-year":
      return { from: `${String(Number(year) - 1).padStart(4, "0")}-01-01`, to: `${year}-01-01` };
    default: {
      const month = search.period ?? "";
      return isMonth(month) ? { from: `${month}-01`, to: plusMonths(`${month}-01`, 1) } : null;
    }
  }
}

/** The zone in which the server tells days: that of the organisation, or the one that all have in common, or UTC. */
export function zoneOf(organisations: readonly { id: string; zone: string }[], chosen: string | undefined): string {
  const those = organisations.filter((each) => chosen === undefined || each.id === chosen);
  const first = those[0]?.zone;
  return first !== undefined && those.every((each) => each.zone === first) ? first : "UTC";
}

/** The months (`2026-09`) that lie in a time, wholly or in part. */
export function monthsBetween(from: string, to: string, zone: string): string[] {
  const last = dayOf(Date.parse(to) - 1, zone).slice(0, 7);
  const found: string[] = [];
  for (let month = firstOf(dayOf(from, zone)); month.slice(0, 7) <= last; month = plusMonths(month, 1)) found.push(month.slice(0, 7));
  return found;
}

/** Where a moment lies on an axis of these months: 1.5 is the middle of the second; null outside. */
export function placeInMonths(at: string, months: readonly string[], zone: string): number | null {
  const day = dayOf(at, zone);
  const n = months.indexOf(day.slice(0, 7));
  if (n < 0) return null;
  const days = (Date.parse(plusMonths(day, 1)) - Date.parse(firstOf(day))) / 86_400_000;
  return n + (Number(day.slice(8, 10)) - 1) / days;
}

/** The last so many months that have begun, the newest first. */
export function monthsUntil(today: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => plusMonths(today, -n).slice(0, 7));
}
