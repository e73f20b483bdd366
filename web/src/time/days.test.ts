import { expect, test } from "vitest";

import { between } from "./days.ts";

test("days are whole by the reader's clocks, on change days too", () => {
  expect(between("2026-03-29", "2026-03-29", "Europe/London")).toEqual({ from: "2026-03-29T00:00:00.000Z", to: "2026-03-29T23:00:00.000Z" });
  expect(between("2026-10-25", undefined, "Europe/London")).toEqual({ from: "2026-10-24T23:00:00.000Z" });
  expect(between(undefined, "2026-01-31", "UTC")).toEqual({ to: "2026-02-01T00:00:00.000Z" });
});

test("what is no day asks for nothing", () => {
  expect([between("", "soon"), between("2026-13-45", undefined)]).toEqual([{}, {}]);
});
