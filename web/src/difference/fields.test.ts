import { expect, test } from "vitest";

import { differences, told } from "./fields.ts";

test("only what differs is told, with its place", () => {
  const before = { id: "door", priority: 3, condition: { lasting: { for: { minutes: 30 }, text: "Door open" } }, shadow: false };
  const after = { id: "door", priority: 2, condition: { lasting: { for: { minutes: 20 }, text: "Door open" } }, shadow: false };
  expect(differences(before, after)).toEqual([
    { field: "priority", before: "3", after: "2" },
    { field: "condition.lasting.for.minutes", before: "30", after: "20" },
  ]);
  expect(differences(before, before)).toEqual([]);
});

test("what came or went is told once, and an empty value is seen", () => {
  expect(differences({ name: "Ann" }, { name: "Ann", window: { from: "22:00", to: "07:00" } })).toEqual([{ field: "window", after: "from: 22:00, to: 07:00" }]);
  expect(differences({ email: "a@example.org" }, { email: null })).toEqual([{ field: "email", before: "a@example.org", after: "–" }]);
  expect(differences(undefined, { name: "Ann", email: null })).toEqual([{ field: "name", after: "Ann" }, { field: "email", after: "–" }]);
});

test("long lists are compared item by item, short ones read as one line", () => {
  const steps = ["Speak to the person and ask whether they are hurt.", "Call the contacts in their order, then send somebody."];
  expect(differences({ instructions: steps }, { instructions: [steps[0], "Send somebody at once, whatever the contacts may say."] })).toEqual([
    { field: "instructions 2", before: steps[1], after: "Send somebody at once, whatever the contacts may say." },
  ]);
  expect(differences({ kinds: ["smoke"] }, { kinds: ["smoke", "heat"] })).toEqual([{ field: "kinds", before: "smoke", after: "smoke, heat" }]);
  expect(differences({ grants: [{ role: "viewer" }] }, { grants: [{ role: "manager" }] })).toEqual([{ field: "grants 1.role", before: "viewer", after: "manager" }]);
});

test("values are told in words", () => {
  expect([told(null), told([]), told(["a", "b"]), told({ role: "viewer", organisation: null })]).toEqual(["–", "–", "a, b", "role: viewer, organisation: –"]);
});
