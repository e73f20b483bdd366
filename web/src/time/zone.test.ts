import { expect, test } from "vitest";

import { dayOf, fromWall, isZone, plusDays, toWall, weekday } from "./zone.ts";

const iso = (at: number) => new Date(at).toISOString().slice(0, 16);

test("what a wall shows becomes an instant and comes back, in zones east and west", () => {
  for (const zone of ["Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Australia/Lord_Howe", "UTC"]) {
    for (const local of ["2026-01-15T00:00", "2026-07-15T23:59", "2026-11-24T02:14"]) expect(toWall(fromWall(local, zone), zone), zone).toBe(local);
  }
  expect(iso(fromWall("2026-07-01T09:00", "Europe/London"))).toBe("2026-07-01T08:00");
  expect(dayOf("2026-11-24T23:30:00Z", "Europe/Stockholm")).toBe("2026-11-25");
});

test("on change days a time that comes twice is the first, and one that is skipped the moment of the skip", () => {
  expect(iso(fromWall("2026-10-25T01:30", "Europe/London"))).toBe("2026-10-25T00:30");
  expect(iso(fromWall("2026-10-25T02:00", "Europe/London"))).toBe("2026-10-25T02:00");
  expect(iso(fromWall("2026-03-29T01:30", "Europe/London"))).toBe("2026-03-29T01:00");
  expect(iso(fromWall("2026-03-08T02:30", "America/New_York"))).toBe("2026-03-08T07:00");
  expect(iso(fromWall("2026-11-01T01:30", "America/New_York"))).toBe("2026-11-01T05:30");
  // Half an hour only, and midnight itself skipped.
  expect(iso(fromWall("2026-10-04T02:15", "Australia/Lord_Howe"))).toBe("2026-10-03T15:30");
  expect(toWall(fromWall("2026-09-06", "America/Santiago"), "America/Santiago")).toBe("2026-09-06T01:00");
});

test("days have the length that they have", () => {
  const hours = (day: string, zone: string) => (fromWall(plusDays(day, 1), zone) - fromWall(day, zone)) / 3_600_000;
  expect([hours("2026-03-29", "Europe/London"), hours("2026-10-25", "Europe/London"), hours("2026-10-26", "Europe/London")]).toEqual([23, 25, 24]);
  expect(hours("2026-04-05", "Australia/Lord_Howe")).toBe(24.5);
});

test("the calendar goes on over months and leap years; weeks begin on Monday", () => {
  expect([plusDays("2028-02-28", 1), plusDays("2026-12-31", 1), plusDays("2026-03-01", -1)]).toEqual(["2028-02-29", "2027-01-01", "2026-02-28"]);
  expect([weekday("2026-11-23"), weekday("2026-11-29")]).toEqual([0, 6]);
});

test("what is no time and what is no zone is known", () => {
  expect(fromWall("", "UTC")).toBeNaN();
  expect([isZone("Europe/London"), isZone("Europe/Atlantis")]).toEqual([true, false]);
});
