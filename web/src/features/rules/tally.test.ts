import { expect, test } from "vitest";

import { byDay, byRule, cutOff, type Report } from "./tally.ts";

const counts = (in_force: number, changed: number, more: Partial<Report["total"]> = {}) => ({
  in_force, changed, gained: 0, lost: 0, moved: 0, shadow: 0, in_force_per_100_home_days: 0, changed_per_100_home_days: 0, ...more,
});

function told(home: string, raised_at: string): Report["gained"][number] {
  return { home, raised_at, occurred_at: raised_at, rule: "door", title: "Door", subject: home, queue: "care", priority: 2, activations: 1, explanation: "", evidence: [] };
}

const REPORT: Report = {
  from: "2026-10-24T23:00:00Z", to: "2026-10-28T00:00:00Z", in_force: 1, warm_up_days: 0, closed_after_minutes: 60, homes: 2, events: 9, home_days: 6.1,
  total: counts(3, 4), hours: [], by_home: {},
  rules: { pendant: counts(5, 5), quiet: counts(1, 1), door: counts(1, 3, { gained: 3, lost: 1 }) },
  gained: [told("london", "2026-10-25T22:30:00Z"), told("tokyo", "2026-10-25T22:30:00Z"), told("london", "2026-10-25T23:30:00Z")],
  lost: [told("london", "2026-10-27T12:00:00Z")], moved: [],
};

test("each day stands there once, the long one too, and an alert falls on the day of its home", () => {
  const zoneOf = (home: string) => (home === "tokyo" ? "Asia/Tokyo" : undefined);
  expect(byDay(REPORT, "Europe/London", zoneOf)).toEqual([
    { day: "2026-10-25", gained: 2, lost: 0, moved: 0 },
    { day: "2026-10-26", gained: 1, lost: 0, moved: 0 },
    { day: "2026-10-27", gained: 0, lost: 1, moved: 0 },
  ]);
});

test("rules that differ come first, then those that raise most", () => {
  expect(byRule(REPORT).map((each) => each.rule)).toEqual(["door", "pendant", "quiet"]);
});

test("it is known when not all are told", () => {
  expect(cutOff(REPORT)).toBe(false);
  expect(cutOff({ ...REPORT, gained: Array.from({ length: 500 }, () => told("london", REPORT.from)) })).toBe(true);
});
