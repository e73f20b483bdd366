import { expect, test } from "vitest";

import { grouped, type Rule, type Wanted } from "./grouping.ts";

const ALL: Wanted = { words: "", queue: "", shadowOnly: false };

function rule(id: string, queue: Rule["queue"], priority: number, more: Partial<Rule> = {}): Rule {
  return { id, queue, priority, title: id, condition: `raises on ${id}`, instructions: [], settings: {}, revision: 1, shadow: false, subject: "home", ...more };
}

const RULES = [rule("fault", "technical", 3), rule("inactivity", "care", 2), rule("pendant", "care", 1), rule("fall", "care", 1, { title: "A fall", shadow: true }), rule("pulse_high", "health", 3)];

test("rules stand by queue, the most urgent first, then by title", () => {
  expect(grouped(RULES, ALL).map((group) => `${group.queue} ${group.priority}: ${group.rules.map((each) => each.id).join(" ")}`)).toEqual([
    "care 1: fall pendant",
    "care 2: inactivity",
    "health 3: pulse_high",
    "technical 3: fault",
  ]);
});

test("they are found by words of their name and sentence, by queue, and by being in shadow", () => {
  const ids = (wanted: Partial<Wanted>) => grouped(RULES, { ...ALL, ...wanted }).flatMap((group) => group.rules.map((each) => each.id));
  expect(ids({ words: "RAISES pulse" })).toEqual(["pulse_high"]);
  expect(ids({ words: " fall " })).toEqual(["fall"]);
  expect(ids({ queue: "technical" })).toEqual(["fault"]);
  expect(ids({ shadowOnly: true })).toEqual(["fall"]);
});
