import { expect, test } from "vitest";

import { daysOf, monthsBetween, monthsUntil, placeInMonths, zoneOf } from "./period.ts";

test("a named period is counted on the calendar, over the ends of months and years", () => {
  expect(daysOf({}, "2026-03-31")).toEqual({ from: "2026-02-01", to: "2026-03-01" });
  expect(daysOf({}, "2026-01-01")).toEqual({ from: "2025-12-01", to: "2026-01-01" });
  expect(daysOf({ period: "this-month" }, "2026-11-30")).toEqual({ from: "2026-11-01", to: "2026-12-01" });
  expect(daysOf({ period: "this-month" }, "2026-11-29")).toEqual({ from: "2026-11-01", to: "2026-11-30" });
  expect(daysOf({ period: "last-3-months" }, "2026-02-28")).toEqual({ from: "2025-11-01", to: "2026-02-01" });
  expect(daysOf({ period: "last-12-months" }, "2026-11-29")).toEqual({ from: "2025-11-01", to: "2026-11-01" });
  expect(daysOf({ period: "this-year" }, "2028-02-28")).toEqual({ from: "2028-01-01", to: "2028-02-29" });
  expect(daysOf({ period: "last-year" }, "2026-01-01")).toEqual({ from: "2025-01-01", to: "2026-01-01" });
  expect(daysOf({ period: "2026-12" }, "2027-03-01")).toEqual({ from: "2026-12-01", to: "2027-01-01" });
});

test("days of one's own include the last one; what is no day is told", () => {
  expect(daysOf({ from: "2026-10-25", to: "2026-10-25", period: "this-month" }, "2026-11-29")).toEqual({ from: "2026-10-25", to: "2026-10-26" });
  expect(daysOf({ from: "2024-02-28", to: "2024-02-29" }, "2026-11-29")).toEqual({ from: "2024-02-28", to: "2024-03-01" });
  for (const wrong of [{ from: "2026-10-02", to: "2026-10-01" }, { from: "2026-10-02" }, { to: "2026-10-02" }, { from: "2026-02-29", to: "2026-03-01" }, { period: "soon" }, { period: "2026-13" }]) expect(daysOf(wrong, "2026-11-29")).toBeNull();
});

test("months of a time are those on the wall, over both change days", () => {
  // London: the clocks go forward on 29 March and back on 25 October 2026.
  expect(monthsBetween("2026-03-01T00:00:00Z", "2026-03-31T23:00:00Z", "Europe/London")).toEqual(["2026-03"]);
  expect(monthsBetween("2026-09-30T23:00:00Z", "2026-11-01T00:00:00Z", "Europe/London")).toEqual(["2026-10"]);
  expect(monthsBetween("2026-09-30T22:59:59Z", "2026-11-01T00:00:01Z", "Europe/London")).toEqual(["2026-09", "2026-10", "2026-11"]);
  expect(monthsBetween("2025-12-15T00:00:00Z", "2026-02-15T00:00:00Z", "UTC")).toEqual(["2025-12", "2026-01", "2026-02"]);
});

test("a moment lies in its month by the day on the wall", () => {
  const months = ["2026-09", "2026-10"];
  expect(placeInMonths("2026-09-30T23:30:00Z", months, "Europe/London")).toBe(1);
  expect(placeInMonths("2026-09-30T23:30:00Z", months, "UTC")).toBeCloseTo(29 / 30);
  expect(placeInMonths("2026-08-31T12:00:00Z", months, "UTC")).toBeNull();
});

test("days are told in the zone of the organisation, in a common one, or in UTC: as the server does", () => {
  const [london, leeds, stockholm] = [
    { id: "a", zone: "Europe/London" },
    { id: "b", zone: "Europe/London" },
    { id: "c", zone: "Europe/Stockholm" },
  ];
  expect(zoneOf([london, leeds], undefined)).toBe("Europe/London");
  expect(zoneOf([london, leeds, stockholm], undefined)).toBe("UTC");
  expect(zoneOf([london, leeds, stockholm], "c")).toBe("Europe/Stockholm");
  expect(zoneOf([], undefined)).toBe("UTC");
});

test("the months to choose from end with this one", () => {
  expect(monthsUntil("2026-02-28", 4)).toEqual(["2026-02", "2026-01", "2025-12", "2025-11"]);
});
