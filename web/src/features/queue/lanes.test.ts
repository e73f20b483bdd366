import { expect, test } from "vitest";

import type { Alert } from "../../api/client.ts";
import { perHome, perLane, sorted, viewOf } from "./lanes.ts";
import { look, said } from "./marks.ts";

const alert = (id: string, more: Partial<Alert> = {}): Alert => ({
  id, organisation: "o", home: "h", subject: "home", rule: { id: "pendant", revision: 1, title: "Pendant pressed" }, queue: "care", priority: 1, state: "raised",
  raised_at: "2026-11-24T02:00:00Z", occurred_at: "2026-11-24T02:00:00Z", answer_by: "2026-11-24T02:01:00Z", breach_at: "2026-11-24T02:03:00Z", activations: 1,
  explanation: "", level: 0, test: false, marks: [], instructions: [], settings: {}, version: 1, ...more,
});

test("an address names lanes and words; nonsense shows what people are for", () => {
  expect(viewOf({ lanes: "technical,care,nonsense" }).lanes).toEqual(["care", "technical"]);
  expect(viewOf({ lanes: 7 })).toEqual({ lanes: ["care", "health"], text: "" });
});

test("what waits stands apart from what somebody has, and nothing is hidden without being counted", () => {
  const alerts = [alert("a"), alert("b", { state: "accepted", holder: { id: "u", name: "Ann" } }), alert("c", { queue: "technical" })];
  const all = sorted(alerts, viewOf({}), () => "Elm Row");
  expect([all.waiting.map((each) => each.id), all.taken.map((each) => each.id), all.elsewhere]).toEqual([["a"], ["b"], 1]);
  expect(sorted(alerts, viewOf({ text: "ELM pend" }), () => "Elm Row").waiting).toHaveLength(1);
  expect(sorted(alerts, viewOf({ text: "ann" }), () => "Elm Row")).toMatchObject({ waiting: [], taken: [{ id: "b" }] });
  expect(perHome(alerts).get("h")).toBe(3);
  expect(perLane(alerts)).toEqual({ care: 2, health: 0, technical: 1, test: 0 });
});

test("the marks count down and then say that they have passed", () => {
  const until = Date.parse("2026-11-24T02:01:00Z");
  const at = (seconds: number) => [look(until, until - seconds * 1000), said(until, until - seconds * 1000)];
  expect([60, 20, 19, 0, -1].map(at)).toEqual([["mark", "in 1:00"], ["mark", "in 20 s"], ["near", "in 19 s"], ["near", "in 0 s"], ["passed", "passed"]]);
});
