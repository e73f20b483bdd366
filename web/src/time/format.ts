// Times as people read them: in the home's zone, with the reader's beside it where the two differ.

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone ?? ""} ${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat("en-GB", { ...options, ...(zone === undefined ? {} : { timeZone: zone }) });
    formats.set(key, made);
  }
  return made;
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DAY: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };

function offset(at: Date, zone: string | undefined): string {
  return format(zone, { timeZoneName: "longOffset" }).formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "";
}

/** Whether clocks at the home and at the reader's show another time at that moment. */
export function differs(time: string | number, zone: string, reader?: string): boolean {
  const at = new Date(time);
  return offset(at, zone) !== offset(at, reader);
}

/** `02:14`, and `02:14 (03:14 here)` for a home whose clocks differ from the reader's at that moment. */
export function clockTime(time: string | number, zone?: string, reader?: string): string {
  const at = new Date(time);
  const there = format(zone, CLOCK).format(at);
  if (zone === undefined || !differs(time, zone, reader)) return there;
  return `${there} (${format(reader, CLOCK).format(at)} here)`;
}

/** `Tue 24 Nov, 02:14`. */
export function dayTime(time: string | number, zone?: string, reader?: string): string {
  return `${format(zone, DAY).format(new Date(time))}, ${clockTime(time, zone, reader)}`;
}

/** The same words with the moments that the server writes into its sentences (`2026-11-24 02:14:00 UTC`) told by the clocks of the home. */
export function inZone(words: string, zone?: string, reader?: string): string {
  return words.replace(/\b(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?) UTC\b/g, (written, date: string, clock: string) => {
    const at = Date.parse(`${date}T${clock}Z`);
    return Number.isNaN(at) ? written : dayTime(at, zone, reader);
  });
}

/** `Tue 24 Nov`. */
export function day(time: string | number, zone?: string): string {
  return format(zone, DAY).format(new Date(time)).replace(",", "");
}

/** `24 Nov 2026`. */
export function date(time: string | number, zone?: string): string {
  return format(zone, { day: "numeric", month: "short", year: "numeric" }).format(new Date(time));
}

/** Full years since `born` (a date), on the reader's day. */
export function age(born: string, now: number): number {
  const [year = 0, month = 1, day = 1] = born.split("-").map(Number);
  const today = new Date(now);
  const before = today.getMonth() + 1 < month || (today.getMonth() + 1 === month && today.getDate() < day);
  return today.getFullYear() - year - (before ? 1 : 0);
}

/** A span in the two largest units that matter: `42 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The same in one unit, for a narrow column: `42 s`, `3:05`, `2 h`. */
export function shortSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
