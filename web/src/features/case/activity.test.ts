import { expect, test } from "vitest";

import type { Schemas } from "../../api/client.ts";
import { rows } from "./activity.ts";

const at = (hour: number) => new Date(Date.UTC(2026, 10, 24, hour)).toISOString();
const event = (device: string | null, hour: number, kind = "motion", event_class: Schemas["Class"] = "activity"): Schemas["Event"] => ({
  gateway: "gw",
  id: `${hour}`,
  kind,
  class: event_class,
  at: at(hour),
  received_at: at(hour),
  device,
});
const device = (address: string, room: string): Schemas["Device"] => ({ id: address, gateway: "gw", address, model: "", room, confirmed: true, created_at: at(0) });

test("each room has its row, the last active on top, and equipment's signs of life are no activity", () => {
  const events = [event("k", 9), event("b", 6), event("b", 7), event(null, 8, "pendant", "alarm"), event("k", 10, "heartbeat", "technical"), event("x", 5)];
  const made = rows(events, [device("k", "Kitchen"), device("b", "Bedroom")], Date.parse(at(0)), Date.parse(at(10)), "Elsewhere");
  expect(made.map((row) => [row.room, row.at.length, row.last])).toEqual([
    ["Kitchen", 1, at(9)],
    ["Elsewhere", 2, at(8)],
    ["Bedroom", 2, at(7)],
  ]);
  expect(made[0]?.at[0]?.part).toBeCloseTo(0.9);
  expect(made[1]?.at.map((each) => each.alarm)).toEqual([true, false]);
});

test("what lies outside of the day is not drawn", () => {
  expect(rows([event("k", 3), event("k", 23)], [], Date.parse(at(4)), Date.parse(at(20)), "Elsewhere")).toEqual([]);
});
