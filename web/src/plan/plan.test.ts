import { expect, test } from "vitest";

import { changeOf, differences, elsewhereOf, linesOf, type Plan, type Rule, rulesOf, straysOf } from "./plan.ts";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const setting = (name: string, value: number): Rule["settings"][string] => ({ name, default: value, unit: "min", min: 5, max: 240, text: "How long." });
const rule = (id: string, subject: string, organisation: string | null = null, value = 45): Rule => ({
  id, title: id.toUpperCase(), organisation, subject, condition: "", queue: "care", priority: 2, instructions: [], settings: { minutes: setting(`${id}.minutes`, value) }, shadow: false, revision: 1,
});
const plan = (overrides: Plan["overrides"], details: Plan["details"] = {}, version = 1): Plan => ({ version, overrides, details });

test("the nearest value holds, and one that has ended gives way to the wider", () => {
  const rules = [rule("bed", "device")];
  const organisation = { scope: "organisation", plan: plan({ "bed.minutes": 30 }) } as const;
  const home = { scope: "home", plan: plan({ "bed.minutes": 20 }, { "bed.minutes": { until: "2026-11-29T13:00:00Z", reason: "frail" } }) } as const;
  const device = { scope: "device", plan: plan({}) } as const;
  const [line] = linesOf(rules, [device, home, organisation], NOW);
  expect(line).toMatchObject({ value: 20, from: "home", detail: { reason: "frail" }, own: null, wider: { value: 20, from: "home" } });
  const [at] = linesOf(rules, [home, organisation], Date.parse("2026-11-29T13:00:00Z"));
  expect(at, "its end is not included").toMatchObject({ value: 30, from: "organisation", own: { value: 20, ended: true }, wider: { value: 30, from: "organisation" } });
  expect(linesOf(rules, [{ scope: "home", plan: plan({}) }], NOW)[0]).toMatchObject({ value: 45, from: "default", detail: null });
});

test("a value of nought holds like any other", () => {
  expect(linesOf([rule("bed", "device")], [{ scope: "home", plan: plan({ "bed.minutes": 0 }) }], NOW)[0]).toMatchObject({ value: 0, from: "home" });
});

test("rules about the home as a whole are not offered for a person or a device", () => {
  const rules = [rule("bed", "device"), rule("inactivity", "home"), rule("gateway_silent", "gateway"), rule("weight", "resident")];
  const names = (scope: "home" | "resident" | "device") => linesOf(rules, [{ scope, plan: plan({}) }], NOW).map((line) => line.name);
  expect(names("device")).toEqual(["bed.minutes", "weight.minutes"]);
  expect(names("resident")).toEqual(["bed.minutes", "weight.minutes"]);
  expect(names("home").length).toBe(4);
});

test("an organisation's own rule takes the place of the common one, and nobody else's", () => {
  const rules = [rule("bed", "device"), rule("bed", "device", "north", 60), rule("door", "device", "south")];
  expect(rulesOf(rules, "north").map((each) => [each.id, each.settings["minutes"]?.default])).toEqual([["bed", 60]]);
  expect(rulesOf(rules, "south").map((each) => each.id)).toEqual(["bed", "door"]);
});

test("a change sends the whole plan: what was not touched stays as it was, with its end", () => {
  const before = plan({ "a.x": 1, "b.x": 2, "c.x": 3 }, { "b.x": { until: "2026-12-01T00:00:00Z" }, "c.x": { until: "2026-12-02T00:00:00Z" } }, 7);
  expect(changeOf(before, { "a.x": { value: 9, until: "2026-12-24T00:00:00Z" }, "c.x": null }, "walks slowly")).toEqual({
    overrides: { "a.x": 9, "b.x": 2 },
    ends: { "a.x": "2026-12-24T00:00:00Z", "b.x": "2026-12-01T00:00:00Z" },
    reason: "walks slowly",
    version: 7,
  });
  expect(changeOf(before, { "b.x": { value: 5, until: null } }, "r").ends, "an end that was taken away").toEqual({ "c.x": "2026-12-02T00:00:00Z" });
});

test("what devices and people have of their own is told at the home, as long as it holds", () => {
  const plans = [
    { who: "Bed", plan: plan({ "a.x": 1, "b.x": 2 }, { "b.x": { until: "2026-11-29T12:00:00Z" } }) },
    { who: "Ada", plan: plan({ "a.x": 3 }) },
  ];
  expect([...elsewhereOf(plans, NOW)]).toEqual([["a.x", [{ who: "Bed", value: 1 }, { who: "Ada", value: 3 }]]]);
});

test("settings whose rule has gone are found", () => {
  expect(straysOf([rule("bed", "device")], plan({ "bed.minutes": 20, "gone.minutes": 1 }))).toEqual(["gone.minutes"]);
});

test("versions tell what they changed", () => {
  expect(differences(plan({ "a.x": 1, "b.x": 2 }), plan({ "b.x": 3, "c.x": "22:00" }))).toEqual([
    { name: "a.x", before: 1, after: null },
    { name: "b.x", before: 2, after: 3 },
    { name: "c.x", before: null, after: "22:00" },
  ]);
  expect(differences(undefined, plan({ "a.x": 1 }))).toEqual([{ name: "a.x", before: null, after: 1 }]);
});
