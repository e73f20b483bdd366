import { expect, test } from "vitest";

import type { Alert } from "../../api/client.ts";
import { casesOf, sections } from "./sections.ts";

const alert = (id: string, more: Partial<Alert> = {}): Alert => ({
  id, organisation: "o", subject: "home", rule: { id: "pendant", revision: 1, title: "Pendant" }, queue: "care", priority: 1, state: "raised",
  raised_at: "2026-11-24T02:00:00Z", occurred_at: "2026-11-24T02:00:00Z", activations: 1, explanation: "", level: 0, test: false, marks: [], instructions: [],
  settings: {}, version: 1, ...more,
});
const ann = { id: "ann", name: "Ann" };
const fault = (due_at: string) => ({ owner: "Engineers", due_at, interim: "The neighbour looks in.", by: ann, at: "2026-11-24T01:00:00Z" });
const ids = (alerts: Alert[]) => alerts.map((each) => each.id);

test("every open alert stands in one section, what comes back first stands first", () => {
  const alerts = [
    alert("later", { state: "held", held_until: "2026-11-24T05:00:00Z", holder: ann }),
    alert("sooner", { state: "held", held_until: "2026-11-24T04:00:00Z", priority: 3 }),
    alert("due", { queue: "technical", state: "held", fault: fault("2026-11-25T00:00:00Z") }),
    alert("overdue", { queue: "technical", state: "raised", priority: 3, fault: fault("2026-11-23T00:00:00Z") }),
    alert("low", { priority: 4 }),
    alert("high"),
    alert("taken", { state: "accepted", holder: ann, priority: 2 }),
    alert("a test", { test: true }),
  ];
  const found = sections(alerts);
  expect([ids(found.waiting), ids(found.taken), ids(found.held), ids(found.faults), found.tests]).toEqual([["high", "low"], ["taken"], ["sooner", "later"], ["overdue", "due"], 1]);
  const all = found.waiting.length + found.taken.length + found.held.length + found.faults.length + found.tests;
  expect(all).toBe(alerts.length);
  expect(ids(casesOf(alerts, "ann"))).toEqual(["later", "taken"]);
});
