import { expect, test } from "vitest";

import { callBackOf, changesOf, filled, telephoneOf } from "./record.ts";

test("only what was changed is sent, and an emptied field takes its value off the record where it may be absent", () => {
  const before = { name: "Ada", language: "en", notes: "a", key_holder: false, calling_order: 0 };
  expect(changesOf(before, { ...before, name: "Ada B.", language: "", notes: "", key_holder: true }, ["language"])).toEqual({ name: "Ada B.", language: null, notes: "", key_holder: true });
  expect(changesOf(before, { ...before, calling_order: 3 }, [])).toEqual({ calling_order: 3 });
  expect(changesOf(before, before, [])).toEqual({});
  expect(changesOf({ language: null }, { language: "" }, ["language"]), "none before and none now").toEqual({});
});

test("what was left empty in a new record is not sent", () => {
  expect(filled({ name: "Elm", zone: "", key_holder: false, calling_order: 0, born: null })).toEqual({ name: "Elm", key_holder: false, calling_order: 0 });
});

test("a telephone number is called however it is written; other addresses stay as they are", () => {
  expect(["01632 960001", " +44 (1632) 960-001 ", "sip:a@b", "tel:+441", "next door", ""].map((typed) => callBackOf(typed, null))).toEqual(["tel:01632960001", "tel:+441632960001", "sip:a@b", "tel:+441", "next door", ""]);
  expect([callBackOf("01632-960001", "tel:01632-960001"), callBackOf("01632-960002", "tel:01632-960001")], "what nobody touched stays").toEqual(["tel:01632-960001", "tel:01632960002"]);
  expect([telephoneOf("tel:+441632960001"), telephoneOf("sip:a@b"), telephoneOf(null)]).toEqual(["+441632960001", "sip:a@b", ""]);
});
