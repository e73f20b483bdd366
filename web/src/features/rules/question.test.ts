import { expect, test } from "vitest";

import { fresh, question, untilNow } from "./question.ts";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const ENTERED = fresh(NOW, "Europe/London", { revision: "7" });

test("a fortnight until today is asked about, whole days of the zone, on both sides of a change of clocks", () => {
  expect([ENTERED.from, ENTERED.to]).toEqual(["2026-11-11", "2026-11-24"]);
  const asked = question({ ...ENTERED, from: "2026-10-25", to: "2026-10-25" }, "Europe/London");
  expect(asked).toEqual({ revision: 7, from: "2026-10-24T23:00:00.000Z", to: "2026-10-26T00:00:00.000Z", warm_up_days: 14, closed_after_minutes: 60, homes: [] });
});

test("a rule is sent as it is written, for the homes that were named", () => {
  const asked = question({ ...ENTERED, what: "rule", ruleText: '{"id": "door"}', organisation: "org", homes: [{ id: "h1", name: "Elm" }] }, "UTC");
  expect(asked).toMatchObject({ rules: [{ id: "door" }], organisation: "org", homes: ["h1"] });
  expect(asked).not.toHaveProperty("revision");
});

test("what is to come is not played as silence", () => {
  expect(untilNow({ to: "2026-11-25T00:00:00Z" }, NOW).to).toBe("2026-11-24T12:00:00.000Z");
  expect(untilNow({ to: "2026-11-20T00:00:00Z" }, NOW).to).toBe("2026-11-20T00:00:00Z");
});

test("nothing is asked while something is missing", () => {
  expect(question({ ...ENTERED, revision: "" }, "UTC")).toBeNull();
  expect(question({ ...ENTERED, to: "" }, "UTC")).toBeNull();
  expect(question({ ...ENTERED, what: "rule", ruleText: "{" }, "UTC")).toBeNull();
});
