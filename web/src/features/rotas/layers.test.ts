import { expect, test } from "vitest";

import { draftOf, type Layer, layerOf, moved, newLayer } from "./layers.ts";

const LAYER: Layer = {
  name: "Nights", persons: ["anna", "bo"], starts_at: "2026-10-25T01:30:17Z", ends_at: "2027-01-01T00:00:00Z",
  hand_over: { every: "weeks", count: 2, on: "fri", at: "18:00" }, windows: [{ days: ["sat"], from: "22:00", to: "07:00" }],
};

test("what nobody touched goes back as it came, even the second time of an hour that comes twice", () => {
  expect(layerOf(draftOf(LAYER, "Europe/London"), "Europe/London")).toEqual(LAYER);
});

test("a time that was typed is meant in the rota's zone", () => {
  const draft = { ...draftOf(LAYER, "Europe/London"), starts: { wall: "2026-07-01T09:00" }, ends: { wall: "" } };
  expect(layerOf(draft, "Europe/London")?.starts_at).toBe("2026-07-01T08:00:00.000Z");
  expect(layerOf(draft, "America/New_York")?.starts_at).toBe("2026-07-01T13:00:00.000Z");
  expect(layerOf(draft, "UTC")).not.toHaveProperty("ends_at");
});

test("in another zone the wall stays and the instant moves", () => {
  expect(layerOf(draftOf(LAYER, "Europe/London"), "UTC")?.ends_at).toBe("2027-01-01T00:00:00.000Z");
  expect(layerOf(draftOf(LAYER, "Europe/London"), "Europe/Stockholm")?.ends_at).toBe("2026-12-31T23:00:00.000Z");
});

test("only what a rotation has is sent, and nothing without a beginning", () => {
  const draft = newLayer("Days", "2026-11-24");
  expect(layerOf({ ...draft, every: "days" }, "UTC")?.hand_over).toEqual({ every: "days", count: 1, at: "09:00" });
  expect(layerOf({ ...draft, every: "hours", count: 12 }, "UTC")?.hand_over).toEqual({ every: "hours", count: 12 });
  expect(layerOf({ ...draft, starts: { wall: "" } }, "UTC")).toBeNull();
});

test("people change places within the list", () => {
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
});
