// @vitest-environment jsdom
// What is drawn again when one of many changes, or a second passes: counted by who reads an alert's explanation, which only its row does.

import { act, type ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Alert } from "../../api/client.ts";
import { AlertList } from "./AlertList.tsx";

vi.mock("@tanstack/react-router", () => ({ useNavigate: () => () => Promise.resolve() }));

let drawn = new Map<string, number>();
let root: Root;
const place = () => null;
const counts = new Map<string, number>();
const onAccept = () => undefined;

function alert(n: number, more: Partial<Alert> = {}): Alert {
  const id = `a${n}`;
  const raised_at = new Date(Date.now() - n * 1000).toISOString();
  return {
    id, organisation: "o", home: `h${n}`, subject: "home", rule: { id: "pendant", revision: 1, title: "Pendant pressed" }, queue: "care", priority: 1, state: "raised",
    raised_at, occurred_at: raised_at, answer_by: raised_at, breach_at: new Date(Date.now() + 600_000).toISOString(), activations: 1, level: 0, test: false,
    marks: [], instructions: [], settings: {}, version: 1, ...more,
    get explanation() {
      drawn.set(id, (drawn.get(id) ?? 0) + 1);
      return "Somebody pressed.";
    },
  };
}

function show(alerts: readonly Alert[]): void {
  const list: ReactNode = <AlertList alerts={alerts} place={place} counts={counts} me="u" mayAccept={true} onAccept={onAccept} />;
  act(() => root.render(list));
}

beforeEach(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  vi.useFakeTimers();
  const box = document.createElement("div");
  document.body.append(box);
  root = createRoot(box);
});
afterEach(() => {
  act(() => root.unmount());
  vi.useRealTimers();
});

test("only what changed is drawn again, and nothing when the clock goes on", () => {
  const alerts = Array.from({ length: 200 }, (_, n) => alert(n));
  show(alerts);
  expect(drawn.size).toBe(200);
  drawn = new Map();
  const changed = alert(150, { activations: 2, version: 2 });
  show([changed, ...alerts.filter((each) => each.id !== "a150")]);
  expect([...drawn.keys()]).toEqual(["a150"]);
  expect(document.querySelector<HTMLElement>("li")?.dataset.alert, "and it moved to its place").toBe("a150");
  drawn = new Map();
  const waited = () => document.querySelector('[data-alert="a3"] .counting')?.textContent;
  const before = waited();
  act(() => {
    vi.advanceTimersByTime(5000);
  });
  expect(waited(), "the time goes on").not.toBe(before);
  expect(drawn.size, "and no row with it").toBe(0);
});
