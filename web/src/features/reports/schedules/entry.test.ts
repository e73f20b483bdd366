import { expect, test } from "vitest";

import { calendar, entered, fresh, record, type Schedule } from "./entry.ts";

const BOARD: Schedule = {
  id: "s",
  organisation: "north",
  name: "For the board",
  report: "response-times",
  format: "csv",
  table: "months",
  when: { every: "weekly", on: "fri", at: "07:30" },
  recipients: [{ by: "email", to: "board@example.org" }],
  active: true,
  author: "ann",
  created_at: "2026-11-01T00:00:00Z",
};

test("only what belongs to the calendar and the form chosen is sent", () => {
  const form = { ...fresh("north", "workload"), name: "n", recipients: [{ by: "email" as const, to: " a@b.org ", send: "link" as const }] };
  expect(record(form)).toEqual({ name: "n", report: "workload", format: "xlsx", table: null, when: { every: "monthly", day: 2, at: "06:00" }, recipients: [{ by: "email", to: "a@b.org", send: "link" }] });
  expect(record({ ...form, every: "weekly", format: "csv", table: "floods" })).toMatchObject({ table: "floods", when: { every: "weekly", on: "mon", at: "06:00" } });
  expect(record({ ...form, every: "daily", table: "floods" })).toMatchObject({ table: null, when: { every: "daily", at: "06:00" } });
});

test("a schedule that is opened and saved stays as it was", () => {
  const { name, report, format, table, when } = BOARD;
  expect(record(entered(BOARD))).toEqual({ name, report, format, table, when, recipients: [{ by: "email", to: "board@example.org", send: "file" }] });
});

test("its calendar is told in words", () => {
  expect(calendar(BOARD.when)).toBe("Every Friday at 07:30");
  expect(calendar({ every: "daily", at: "06:00" })).toBe("Every day at 06:00");
  expect(calendar({ every: "monthly", day: 2, at: "06:00" })).toBe("On day 2 of every month at 06:00");
});
