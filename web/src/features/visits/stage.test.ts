import { expect, test } from "vitest";

import type { Waiting } from "../../outbox/outbox.ts";
import { inOrder, newer, standing, steps, type Visit } from "./stage.ts";

function visit(change: Partial<Visit>): Visit {
  const at = "2026-11-24T02:00:00Z";
  return { id: "v", organisation: "o", home: "h", alert: "a", state: "offered", declined: [], created_at: at, attend_by: at, attend_limit: at, arrival_proven: false, version: 1, ...change };
}
const pressed = (step: Waiting["step"], change: Partial<Waiting> = {}): Waiting => ({ key: step, visit: "v", home: "", step, words: "", at: 7, ...change });

test("what waits to be sent is shown as done, and said to wait", () => {
  expect(standing(visit({}), [])).toEqual({ stage: "offered", ahead: false, since: null });
  expect(standing(visit({}), [pressed("accept"), pressed("en-route", { at: 9 })])).toEqual({ stage: "en_route", ahead: true, since: 9 });
  expect(standing(visit({ state: "en_route" }), [pressed("decline")]).stage).toBe("declined");
});

test("another visit's steps, refused ones and those that the server has overtaken change nothing", () => {
  expect(standing(visit({}), [pressed("accept", { visit: "w" }), pressed("accept", { refused: "called off" })]).stage).toBe("offered");
  expect(standing(visit({ state: "arrived" }), [pressed("en-route"), pressed("arrived")])).toEqual({ stage: "arrived", ahead: false, since: null });
  expect(standing(visit({ state: "cancelled" }), [pressed("accept")]).stage).toBe("cancelled");
});

test("a visit is moved on a step at a time, and declined until one is there", () => {
  expect((["offered", "accepted", "en_route", "arrived", "completed"] as const).map(steps)).toEqual([["accept", "decline"], ["en-route", "decline"], ["arrived", "decline"], ["complete"], []]);
});

test("what asks for an answer stands first; of two pictures the newer counts", () => {
  const list = [visit({ id: "1", state: "accepted" }), visit({ id: "2", attend_by: "2026-11-24T03:00:00Z" }), visit({ id: "3" }), visit({ id: "4", state: "arrived" })];
  expect(inOrder(list).map((each) => each.id)).toEqual(["3", "2", "4", "1"]);
  expect(newer(visit({ version: 1 }), visit({ version: 2, state: "accepted" })).state).toBe("accepted");
  expect(newer(visit({ version: 3 }), visit({ version: 2, state: "accepted" })).state).toBe("offered");
});
