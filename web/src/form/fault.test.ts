import { expect, test } from "vitest";

import { faultAt, faultElsewhere } from "./fault.ts";

test("the server's words are found at the field that they are about, and nowhere else", () => {
  const say = new Error("`calling_order` must be 1 to 100.");
  expect(faultAt(say, "calling_order")).toBe(say.message);
  expect(faultAt(say, "order")).toBeNull();
  expect(faultAt(new Error("name: must not be empty at line 1 column 10"), "name")).not.toBeNull();
  expect(faultAt(new Error("Failed to read: grants[0].role: unknown variant"), "name")).toBeNull();
  expect(faultAt("`name`", "name")).toBeNull();
});

test("words about no field of the form stand above it", () => {
  expect(faultElsewhere(new Error("Somebody else changed it meanwhile."), ["name"])).toBe(true);
  expect(faultElsewhere(new Error("`name` is missing"), ["name"])).toBe(false);
  expect(faultElsewhere(null, ["name"])).toBe(false);
});

test("of two fields in one sentence the one it begins with is at fault; of two sentences each has its own", () => {
  const until = new Error("`until` must be later than `from`");
  expect(faultAt(until, "until")).toBe(until.message);
  expect(faultAt(until, "from")).toBeNull();
  const either = new Error("Give either `revision` or `rules`.");
  expect([faultAt(either, "revision"), faultAt(either, "rules")]).toEqual([either.message, either.message]);
  const both = new Error("`name` must not be empty; `zone` is not an IANA time zone such as Europe/London");
  expect(faultAt(both, "name")).toBe("`name` must not be empty");
  expect(faultAt(both, "zone")).toBe("`zone` is not an IANA time zone such as Europe/London");
  expect(faultElsewhere(both, ["name"]), "what no field of the form takes is not lost").toBe(true);
  expect(faultElsewhere(both, ["name", "zone"])).toBe(false);
});
