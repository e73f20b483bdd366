import { expect, test } from "vitest";

import { reached } from "./send.ts";

const visit = (state: "offered" | "accepted" | "en_route" | "arrived" | "completed" | "unfilled" | "cancelled", responder: string | null = "rae") => ({ state, responder: responder === null ? null : { id: responder, name: responder } });

test("a step counts as done when the visit stands there or further on, and is still mine", () => {
  expect(reached(visit("accepted"), "accept", "rae")).toBe(true);
  expect(reached(visit("arrived"), "en-route", "rae"), "the home's equipment was quicker").toBe(true);
  expect(reached(visit("offered"), "accept", "rae")).toBe(false);
  expect(reached(visit("accepted", "sam"), "accept", "rae"), "it is somebody else's").toBe(false);
  expect(reached(visit("cancelled"), "accept", "rae"), "called off is not accepted").toBe(false);
});

test("a visit is declined when nobody expects me any more", () => {
  expect(reached(visit("unfilled", null), "decline", "rae")).toBe(true);
  expect(reached(visit("offered", "sam"), "decline", "rae")).toBe(true);
  expect(reached(visit("arrived"), "decline", "rae")).toBe(false);
});
