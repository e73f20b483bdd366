import { expect, test } from "vitest";

import { age, clockTime, dayTime, inZone, shortSpan, span } from "./format.ts";

test("a time is told in the home's zone, with the reader's beside it only where they differ", () => {
  expect(clockTime("2026-11-24T02:14:00Z", "Europe/London", "Europe/London")).toBe("02:14");
  expect(clockTime("2026-11-24T02:14:00Z", "Europe/Stockholm", "Europe/London")).toBe("03:14 (02:14 here)");
  expect(clockTime("2026-11-24T02:14:00Z", "Europe/Lisbon", "Europe/London")).toBe("02:14");
});

test("on change days the hour is the one that people read", () => {
  // London: clocks go back at 01:00 UTC on 25 October 2026, and forward at 01:00 UTC on 29 March.
  expect(clockTime("2026-10-25T00:30:00Z", "Europe/London", "Europe/London")).toBe("01:30");
  expect(clockTime("2026-10-25T01:30:00Z", "Europe/London", "Europe/London")).toBe("01:30");
  expect(clockTime("2026-03-29T00:59:00Z", "Europe/London", "Europe/London")).toBe("00:59");
  expect(dayTime("2026-03-29T01:00:00Z", "Europe/London", "Europe/London")).toBe("Sun, 29 Mar, 02:00".replace("Sun, ", "Sun "));
  // For three weeks New York and London are an hour nearer than usual.
  expect(clockTime("2026-03-10T12:00:00Z", "America/New_York", "Europe/London")).toBe("08:00 (12:00 here)");
  expect(clockTime("2026-04-10T12:00:00Z", "America/New_York", "Europe/London")).toBe("08:00 (13:00 here)");
});

test("moments within the server's sentences are told by the clocks of the home, and nothing else is touched", () => {
  const held = "Held by Ann until 2026-07-24 23:30:00 UTC: the son comes at 23:30";
  expect(inZone(held, "Europe/London", "Europe/London")).toBe("Held by Ann until Sat 25 Jul, 00:30: the son comes at 23:30");
  expect(inZone("Sam sees to it by 2026-11-24 02:14 UTC. Until then: 2026-11-24", "Europe/Stockholm", "Europe/London")).toBe("Sam sees to it by Tue 24 Nov, 03:14 (02:14 here). Until then: 2026-11-24");
  expect(inZone("2026-99-99 02:14 UTC", "Europe/London")).toBe("2026-99-99 02:14 UTC");
});

test("somebody is a year older on the birthday, not before", () => {
  const at = (day: number) => new Date(2026, 11, day, 12).getTime();
  expect([9, 10, 11].map((day) => age("1938-12-10", at(day)))).toEqual([87, 88, 88]);
});

test("a span is told in what matters at its size", () => {
  expect([0, 59_999, 60_000, 185_000, 7_800_000, 273_600_000].map(span)).toEqual(["0 s", "59 s", "1 min 00 s", "3 min 05 s", "2 h 10 min", "3 d 4 h"]);
  expect([59_000, 185_000, 7_800_000, 273_600_000].map(shortSpan)).toEqual(["59 s", "3:05", "2 h", "3 d"]);
  expect(span(-5000)).toBe("0 s");
});
