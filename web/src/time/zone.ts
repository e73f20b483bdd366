// Between instants and what a clock on the wall shows in a zone, right on both days of the year when clocks change.

const MINUTE = 60_000;
const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function wallFormat(zone: string): Intl.DateTimeFormat {
  let made = formats.get(zone);
  if (made === undefined) {
    made = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
    formats.set(zone, made);
  }
  return made;
}

/** The wall's reading at an instant, as ms counted as if the wall were in UTC. */
function wallMs(at: number, zone: string): number {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of wallFormat(zone).formatToParts(at)) part[type] = Number(value);
  return Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day ?? 1, part.hour ?? 0, part.minute ?? 0, part.second ?? 0);
}

/** `2026-11-24T02:14`: what a field for a local time holds. */
export function toWall(at: number | string, zone: string): string {
  return new Date(wallMs(new Date(at).getTime(), zone)).toISOString().slice(0, 16);
}

/** `2026-11-24`: the day that the wall shows. */
export function dayOf(at: number | string, zone: string): string {
  return toWall(at, zone).slice(0, 10);
}

/**
 * The instant at which the wall shows this (`2026-11-24T02:14`), or NaN when it is no time. A time that comes twice is meant the first time; one that is
 * skipped is the moment of the skip. The server reads rotas alike.
 */
export function fromWall(local: string, zone: string): number {
  const wanted = Date.parse(`${local.length === 10 ? `${local}T00:00` : local}Z`);
  if (Number.isNaN(wanted)) return Number.NaN;
  // Offsets of a day before and after: whichever is right at its own result is an answer, the earlier instant the first of two.
  const offsets = [-DAY, DAY].map((away) => wallMs(wanted + away, zone) - (wanted + away));
  const fits = offsets.map((offset) => wanted - offset).filter((at) => wallMs(at, zone) === wanted);
  if (fits.length > 0) return Math.min(...fits);
  return skipNear(wanted, offsets, zone);
}

/** The moment at which the clocks went over `wanted`: the first instant whose wall is later. */
function skipNear(wanted: number, offsets: readonly number[], zone: string): number {
  let before = wanted - Math.max(...offsets) - MINUTE;
  let after = wanted - Math.min(...offsets) + MINUTE;
  while (after - before > MINUTE) {
    const middle = Math.floor((before + after) / 2 / MINUTE) * MINUTE;
    if (wallMs(middle, zone) > wanted) after = middle;
    else before = middle;
  }
  return after;
}

/** The date so many days later on the calendar. */
export function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** 0 for Monday … 6 for Sunday. */
export function weekday(day: string): number {
  return (new Date(`${day}T00:00Z`).getUTCDay() + 6) % 7;
}

/** Whether the runtime knows this zone. */
export function isZone(zone: string): boolean {
  try {
    wallFormat(zone);
    return true;
  } catch {
    return false;
  }
}
