import { expect, test } from "vitest";

import type { Schemas } from "../../api/client.ts";
import { deviceName, plain, reading, subjectName } from "./names.ts";

const device = (address: string, room = "", model = ""): Schemas["Device"] => ({ id: `id-${address}`, gateway: "gw", address, room, model, confirmed: true, created_at: "2026-11-24T00:00:00Z" });
const event = (rest: Partial<Schemas["Event"]>): Schemas["Event"] => ({ gateway: "gw", id: "1", kind: "temperature", class: "measurement", at: "2026-11-24T00:00:00Z", received_at: "2026-11-24T00:00:00Z", ...rest });

test("a device is called by its room and model, else by its address", () => {
  expect([deviceName(device("d1", "Bedroom", "Bed mat")), deviceName(device("d1", "", "Bed mat")), deviceName(device("d1"))]).toEqual(["Bedroom · Bed mat", "Bed mat", "d1"]);
  expect(plain("bed_entered")).toBe("bed entered");
});

test("the subject of a rule is named as the register names it", () => {
  const name = (subject: string) => subjectName(subject, [device("a/b", "Hall")], [{ id: "r1", name: "Ada" }], "the home");
  expect([name("home"), name("device:gw/a/b"), name("device:gw/x"), name("device:gw/"), name("resident:r1"), name("resident:r2")]).toEqual(["the home", "Hall", "x", "gw", "Ada", "r2"]);
});

test("readings are told with their unit", () => {
  expect(reading(event({ value: 21.5, unit: "Cel" }))).toBe("21.5 °C");
  expect(reading(event({ values: { systolic: 150, diastolic: 95 }, unit: "mm[Hg]" }))).toBe("systolic 150, diastolic 95 mmHg");
  expect(reading(event({}))).toBe("");
  expect(reading(event({ value: false }))).toBe("false");
});
