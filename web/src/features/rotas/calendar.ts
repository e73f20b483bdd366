// A rota on the calendar of its zone: which days are shown, how long each is, and which part of it each shift and each gap takes.

import type { Schemas } from "../../api/client.ts";
import { fromWall, plusDays, toWall, weekday } from "../../time/zone.ts";

export type Shift = Schemas["NamedShift"];
export type Shifts = Schemas["RotaShifts"];
export type View = "week" | "month";

const HOUR = 3_600_000;

export interface CalendarDay {
  day: string;
  /** Its first instant, and that of the next day, in ms. */
  start: number;
  end: number;
  /** 24 but for the two days of the year when clocks change. */
  hours: number;
}

/** The days of a view around `day`: Monday to Sunday, or the whole weeks that the month touches. */
export function daysOf(view: View, day: string, zone: string): CalendarDay[] {
  const first = view === "week" ? day : `${day.slice(0, 7)}-01`;
  const monday = plusDays(first, -weekday(first));
  let count = 7;
  if (view === "month") {
    const next = otherMonth(day, 1);
    while (plusDays(monday, count) < next) count += 7;
  }
  return Array.from({ length: count }, (_, n) => dayAt(plusDays(monday, n), zone));
}

function dayAt(day: string, zone: string): CalendarDay {
  const start = fromWall(day, zone);
  const end = fromWall(plusDays(day, 1), zone);
  return { day, start, end, hours: (end - start) / HOUR };
}

function otherMonth(day: string, by: number): string {
  const [year = 0, month = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 + by, 1)).toISOString().slice(0, 10);
}

/** The day to show for the view before (-1) or after (1). */
export function turned(view: View, day: string, by: -1 | 1): string {
  return view === "week" ? plusDays(day, 7 * by) : otherMonth(day, by);
}

export interface Piece {
  /** Absent: nobody is on call. */
  shift: Shift | null;
  from: number;
  until: number;
  /** Whether it begins, or ends, on another day. */
  begun: boolean;
  goesOn: boolean;
  /** Its place in the day, in parts of it. */
  left: number;
  width: number;
  /** Who are on call at once stand in lanes, from 0. */
  lane: number;
}

/** What of the shifts and gaps falls on this day, in order. */
export function piecesOf(day: CalendarDay, { shifts, gaps }: Pick<Shifts, "shifts" | "gaps">): Piece[] {
  const all = [...shifts.map((shift) => ({ shift, from: shift.from, until: shift.until })), ...gaps.map((gap) => ({ shift: null, ...gap }))];
  const pieces = all.flatMap(({ shift, from, until }) => {
    const [begins, ends] = [Date.parse(from), Date.parse(until)];
    const [start, end] = [Math.max(begins, day.start), Math.min(ends, day.end)];
    if (end <= start) return [];
    const length = day.end - day.start;
    return [{ shift, from: start, until: end, begun: begins < day.start, goesOn: ends > day.end, left: (start - day.start) / length, width: (end - start) / length, lane: 0 }];
  });
  pieces.sort((a, b) => a.from - b.from || a.until - b.until);
  const busy: number[] = [];
  for (const piece of pieces) {
    const free = busy.findIndex((until) => until <= piece.from);
    piece.lane = free < 0 ? busy.length : free;
    busy[piece.lane] = piece.until;
  }
  return pieces;
}

/** The hours of a day's axis, where they really fall: on change days all after the change are shifted. */
export function ticks(day: CalendarDay, zone: string, every = 6): { label: string; left: number }[] {
  const found: { label: string; left: number }[] = [];
  for (let hour = 0; hour < 24; hour += every) {
    const label = `${String(hour).padStart(2, "0")}:00`;
    const at = fromWall(`${day.day}T${label}`, zone);
    // A midnight that is skipped has no place, but the day still begins.
    found.push({ label: toWall(at, zone).slice(11), left: (at - day.start) / (day.end - day.start) });
  }
  return found;
}

/** How long nobody is on call between two instants, in ms. */
export function uncovered(gaps: Shifts["gaps"], from: number, to = Number.POSITIVE_INFINITY): number {
  return gaps.reduce((sum, gap) => sum + Math.max(0, Math.min(to, Date.parse(gap.until)) - Math.max(from, Date.parse(gap.from))), 0);
}

/** A colour of the calendar for each person, the same on every page of it. */
export function colourOf(person: string, people: readonly string[]): number {
  return Math.max(0, people.indexOf(person)) % 8;
}
