import { expect, test } from "vitest";

import { inShadow, ownedBy, ownerOf, read, withShadow, written } from "./written.ts";

test("a rule is written and read back as it was", () => {
  const rule = { id: "door", condition: { lasting: { for: { minutes: 30 } } } };
  expect(read(written(rule))).toEqual({ rule, fault: null });
});

test("text that is no rule says where it breaks off", () => {
  expect(read('{\n  "id": "door",\n  "priority": ,\n}').fault).toMatch(/line 3|JSON/);
  expect(read("[1]")).toEqual({ rule: null, fault: "object" });
  expect(read("null").rule).toBeNull();
});

test("the switches write into the rule and leave the rest as it is", () => {
  const rule = { id: "door", priority: 2 };
  expect(withShadow(rule, true)).toEqual({ id: "door", priority: 2, shadow: true });
  expect(withShadow(withShadow(rule, true), false)).toEqual(rule);
  expect(inShadow({ shadow: true })).toBe(true);
  expect(ownerOf(ownedBy(rule, "org-1"))).toBe("org-1");
  expect(ownedBy(ownedBy(rule, "org-1"), "")).toEqual(rule);
});
