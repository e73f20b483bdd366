import { expect, test } from "vitest";

import { isSettled } from "./settled.ts";

test("a home waits until it is heard again, or somebody found out how they are", () => {
  const checked = (result: "well" | "away" | "needs_help" | "no_answer") => ({ heard_again: false, checked: { at: "", by: { id: "u", name: "Ann" }, result, note: null } });
  expect([{ heard_again: false }, { heard_again: true }, checked("no_answer"), checked("well"), checked("away"), checked("needs_help")].map(isSettled)).toEqual([false, true, false, true, true, true]);
});
