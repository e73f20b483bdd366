import { expect, test } from "vitest";

import type { Alert } from "../../api/client.ts";
import { standing } from "./standing.ts";

const alert = (id: string, more: Partial<Alert> = {}): Alert => ({
  id, organisation: "o", subject: "home", rule: { id: "pendant", revision: 1, title: "Pendant" }, queue: "care", priority: 1, state: "raised",
  raised_at: "2026-11-24T02:00:00Z", occurred_at: "2026-11-24T02:00:00Z", activations: 1, explanation: "", level: 0, test: false, marks: [], instructions: [],
  settings: {}, version: 1, ...more,
});

test("who may need help is counted by priority, the longest wait first; nothing is left out", () => {
  const alerts = [
    alert("new"),
    alert("old", { priority: 3, raised_at: "2026-11-24T01:00:00Z" }),
    alert("received", { queue: "health", raised_at: "2026-11-24T02:00:00Z", received_at: "2026-11-24T00:30:00Z" }),
    alert("taken", { state: "accepted" }),
    alert("held", { state: "held" }),
    alert("fault", { queue: "technical", raised_at: "2026-11-01T00:00:00Z" }),
    alert("a test", { test: true, priority: 1 }),
  ];
  const shown = standing(alerts);
  expect(shown.longest.map((each) => each.id)).toEqual(["received", "old", "new"]);
  expect(shown.levels.filter((level) => level.waiting + level.taken > 0)).toEqual([{ priority: 1, waiting: 2, taken: 1 }, { priority: 3, waiting: 1, taken: 0 }]);
  expect(shown).toMatchObject({ technical: 1, tests: 1, held: 1 });
  const counted = shown.levels.reduce((sum, level) => sum + level.waiting + level.taken, 0) + shown.technical + shown.tests + shown.held;
  expect(counted).toBe(alerts.length);
});
