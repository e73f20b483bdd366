import { expect, test } from "vitest";

import { detailOf } from "./detail.ts";

test("a change is told field by field, with what stands beside it", () => {
  const detail = { before: { name: "Ann", grants: [{ role: "viewer", organisation: null }] }, after: { name: "Ann Lee", grants: [{ role: "manager", organisation: null }] }, password: "changed" };
  expect(detailOf(detail)).toEqual({
    changes: [
      { field: "name", before: "Ann", after: "Ann Lee" },
      { field: "grants 1.role", before: "viewer", after: "manager" },
    ],
    said: [{ name: "password", value: "changed" }],
  });
});

test("what was made has only an after, and what is no record is told as it is", () => {
  expect(detailOf({ after: { name: "North" } }).changes).toEqual([{ field: "name", after: "North" }]);
  expect(detailOf({ before: 3, rules: ["door", "bed"], reason: "tried" })).toEqual({
    changes: [],
    said: [
      { name: "before", value: "3" },
      { name: "rules", value: "door, bed" },
      { name: "reason", value: "tried" },
    ],
  });
  expect(detailOf({ text: "Ann: viewer" }).said).toEqual([{ name: "", value: "Ann: viewer" }]);
  expect(detailOf({})).toEqual({ changes: [], said: [] });
  expect(detailOf("in words")).toEqual({ changes: [], said: [{ name: "", value: "in words" }] });
});
