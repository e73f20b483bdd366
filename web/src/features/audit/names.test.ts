// @vitest-environment jsdom
import { expect, test } from "vitest";

import { nameIn } from "./names.ts";

test("an entry names what it is about where it can", () => {
  expect([nameIn({ name: "Ann" }), nameIn({ before: { name: "A" }, after: { name: "B" } }), nameIn({ after: { zone: "UTC" } }), nameIn(null), nameIn("x")]).toEqual(["Ann", "B", null, null, null]);
});
