import { expect, test } from "vitest";

import type { Alert } from "../api/client.ts";
import { type Board, byUrgency, merged, rank, replaced } from "./board.ts";

function alert(id: string, more: Partial<Alert> = {}): Alert {
  return {
    id, organisation: "o", subject: "home", rule: { id: "pendant", revision: 1, title: "Pendant" }, queue: "care", priority: 1, state: "raised",
    raised_at: "2026-11-24T02:00:00Z", occurred_at: "2026-11-24T02:00:00Z", activations: 1, explanation: "Pressed", level: 0, test: false, marks: [],
    instructions: [], settings: {}, version: 1, ...more,
  };
}

const ids = (alerts: Alert[]) => alerts.sort(byUrgency).map((each) => each.id);

test("most urgent first: priority, what came back, the breach that is nearest, more activations", () => {
  const older = alert("older", { raised_at: "2026-11-24T01:59:00Z" });
  const twice = alert("twice", { activations: 3 });
  const back = alert("back", { on_top_since: "2026-11-24T02:05:00Z" });
  const technical = alert("technical", { priority: 3, raised_at: "2026-11-23T00:00:00Z" });
  expect(ids([alert("plain"), older, twice, back, technical])).toEqual(["back", "twice", "older", "plain", "technical"]);
  expect(rank(alert("x", { breach_at: "2026-11-24T02:01:00Z" }))).toBe(Date.parse("2026-11-24T02:01:00Z"));
  expect(ids([alert("b"), alert("a")])).toEqual(["a", "b"]);
  const within = (id: string, fraction: string) => alert(id, { breach_at: `2026-11-24T02:01:00.${fraction}Z` });
  expect(ids([within("a", "123457"), within("b", "123456"), within("c", "122999")]), "within a millisecond, as the server does").toEqual(["c", "b", "a"]);
});

test("the stream and the list may overtake each other: the newer version stays", () => {
  const closed = new Map<string, number>();
  let board: Board = merged(new Map(), [alert("a", { version: 3, activations: 2 })], closed);
  board = merged(board, [alert("a", { version: 2 })], closed);
  expect(board.get("a")?.activations).toBe(2);
  board = merged(board, [alert("a", { version: 4, state: "closed" })], closed);
  expect(board.size).toBe(0);
  board = merged(board, [alert("a", { version: 3 })], closed);
  expect(board.size).toBe(0);
  board = merged(board, [alert("a", { version: 5, state: "raised" })], closed);
  expect(board.get("a")?.version).toBe(5);
});

test("a list read anew takes away what it no longer has, but not what the stream told since", () => {
  const closed = new Map<string, number>();
  const board = merged(new Map(), [alert("gone"), alert("new")], closed);
  const after = replaced(board, [alert("other")], new Set(["new"]), closed);
  expect([...after.keys()].sort()).toEqual(["new", "other"]);
});
