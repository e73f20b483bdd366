// Days that a reader types into two fields, as the instants that a list is asked for: by the reader's own clocks.

import { fromWall, plusDays } from "./zone.ts";

function readersZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** `from` and `to` for the server: from the first minute of one day to the last of the other. What is no day is left out. */
export function between(from: string | undefined, to: string | undefined, zone = readersZone()): { from?: string; to?: string } {
  const instant = (day: string) => {
    const at = fromWall(day, zone);
    return Number.isNaN(at) ? undefined : new Date(at).toISOString();
  };
  const isDay = (text: string | undefined): text is string => text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
  const first = isDay(from) ? instant(from) : undefined;
  const last = isDay(to) ? instant(plusDays(to, 1)) : undefined;
  return { ...(first === undefined ? {} : { from: first }), ...(last === undefined ? {} : { to: last }) };
}
