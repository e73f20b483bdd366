import { expect, test } from "vitest";

import { fits, holdsIn, inWords, placesToGive } from "./grants.ts";

const north = { id: "n", name: "North" };
const south = { id: "s", name: "South" };
const me = (grants: { role: "administrator" | "manager"; organisation: string | null }[]) => ({ id: "me", name: "Me", kind: "user", grants });

test("roles are given only where one is an administrator, everywhere only by one of all", () => {
  expect(placesToGive(me([{ role: "administrator", organisation: "n" }, { role: "manager", organisation: "s" }]), [north, south])).toEqual([north]);
  expect(placesToGive(me([{ role: "administrator", organisation: null }]), [north, south]).map((each) => each.id)).toEqual(["n", "s", ""]);
  expect(placesToGive(me([{ role: "manager", organisation: null }]), [north])).toEqual([]);
});

test("a grant is read in words, with the place's name where it is known", () => {
  expect(inWords({ role: "operator", organisation: "n" }, [north])).toBe("Operator, North");
  expect(inWords({ role: "viewer", organisation: "x" }, [north])).toBe("Viewer, x");
  expect(inWords({ role: "manager", organisation: null }, [])).toBe("Manager, every organisation");
});

test("a list is narrowed to an organisation and to words in any order", () => {
  expect([holdsIn([{ role: "viewer", organisation: "n" }], "s"), holdsIn([{ role: "viewer", organisation: null }], "s"), holdsIn([], "")]).toEqual([false, true, true]);
  expect([fits("Ann Lee ann.lee", "lee ann"), fits("Ann Lee", "bo"), fits("Ann", "")]).toEqual([true, false, true]);
});
