import { expect, test } from "vitest";

import { drawings, percent } from "./drawings.ts";
import type { Column, Report, Row } from "./tables.ts";

const column = (figure: string, kind: Column["kind"] = "count"): Column => ({ figure, title: figure, kind, counts_alerts: false });

function report(name: Report["name"], tables: Record<string, { columns: Column[]; rows: Row[] }>): Report {
  return {
    name,
    title: name,
    from: "2026-08-31T23:00:00Z",
    to: "2026-11-01T00:00:00Z",
    zone: "Europe/London",
    made_at: "2026-11-02T09:00:00Z",
    definitions: [],
    assumptions: [{ setting: "reports.target_percent", value: 97.5, words: "" }],
    tables: Object.entries(tables).map(([id, table]) => ({ id, title: id, ...table })),
  };
}

const TIMES = [column("organisation", "text"), column("month", "text"), column("calls"), column("within_target"), column("within_target_percent", "percent")];
const month = (organisation: string, at: string, calls: number, within: number): Row => ({ organisation, month: at, calls, within_target: within, within_target_percent: percent(within, calls) });
const nameOf = (id: string) => `The ${id}`;

test("a share is drawn month by month with its mark, and a month without calls is a gap", () => {
  const drawn = drawings(report("response-times", { months: { columns: TIMES, rows: [month("a", "2026-10", 3, 2)] } }), nameOf);
  const [share, , calls] = drawn.months ?? [];
  expect(share).toMatchObject({ is: "lines", labels: ["Sept 2026", "Oct 2026"], series: [{ values: [null, 66.66] }], marks: [{ value: 97.5 }] });
  expect(calls).toMatchObject({ is: "columns", series: [{ values: [0, 3] }] });
});

test("a few organisations have a line each; many are summed up as the report does it, and it says so", () => {
  const rows = ["a", "b", "c"].map((id) => month(id, "2026-09", 10, 9));
  const few = drawings(report("response-times", { months: { columns: TIMES, rows } }), nameOf).months?.[0];
  expect(few).toMatchObject({ series: [{ label: "The a" }, { label: "The b" }, { label: "The c" }], note: null });
  const many = Array.from({ length: 7 }, (_, n) => month(`o${n}`, "2026-09", 3, n === 0 ? 2 : 3));
  const together = drawings(report("response-times", { months: { columns: TIMES, rows: many } }), nameOf).months?.[0];
  // 20 of 21, cut off and not rounded.
  expect(together).toMatchObject({ is: "lines", series: [{ values: [95.23, null] }] });
  expect(together?.note).toContain("together");
});

test("what cannot be summed up over organisations is drawn of the largest ones", () => {
  const columns = [column("organisation", "text"), column("month", "text"), column("visits"), column("in_time"), column("in_time_percent", "percent")];
  const rows = Array.from({ length: 7 }, (_, n) => ({ organisation: `o${n}`, month: "2026-09", visits: n, in_time: n, in_time_percent: 100 - n }));
  const share = drawings(report("attendance", { months: { columns, rows } }), nameOf).months?.[0];
  expect(share).toMatchObject({ is: "lines", series: [6, 5, 4, 3, 2].map((n) => ({ label: `The o${n}`, values: [100 - n, null] })) });
  expect(share?.note).toContain("5 of 7");
});

test("hours of the week lie where they belong: Monday first, midnight first", () => {
  const columns = [column("weekday"), column("hour"), column("emergencies"), column("alerts_count")];
  const rows = [
    { weekday: 1, hour: 0, emergencies: 4, alerts_count: 5 },
    { weekday: 7, hour: 23, emergencies: 1, alerts_count: 1 },
  ];
  const [heat] = drawings(report("activations", { hours: { columns, rows } }), nameOf).hours ?? [];
  if (heat?.is !== "heat") throw new Error("a heat map");
  expect([heat.values[0]?.[0], heat.values[6]?.[23], heat.values.flat().reduce((sum, each) => sum + each, 0)]).toEqual([4, 1, 5]);
});

test("names: those with most first, of the same name apart by organisation, nought left out, and what is cut off is told", () => {
  const columns = [column("organisation", "text"), column("locality", "text"), column("emergencies")];
  const rows = [
    { organisation: "a", locality: "Newtown", emergencies: 1 },
    { organisation: "b", locality: "Newtown", emergencies: 3 },
    { organisation: "b", locality: "", emergencies: 2 },
    { organisation: "b", locality: "Oldtown", emergencies: 0 },
  ];
  const [few] = drawings(report("activations", { schemes: { columns, rows } }), nameOf).schemes ?? [];
  expect(few).toMatchObject({ is: "rows", rows: [{ label: "Newtown · The b", values: [3] }, { label: "not known · The b", values: [2] }, { label: "Newtown · The a", values: [1] }], note: null });
  const many = Array.from({ length: 30 }, (_, n) => ({ organisation: "a", locality: `L${n}`, emergencies: n + 1 }));
  const [cut] = drawings(report("activations", { schemes: { columns, rows: many } }), nameOf).schemes ?? [];
  expect(cut?.is === "rows" ? cut.rows.length : 0).toBe(12);
  expect(cut?.note).toContain("12 of 30");
});

test("the trend of false alarms shows when rules were changed, on the day of the wall", () => {
  const columns = [column("rule", "text"), column("month", "text"), column("closed"), column("false_percent", "percent")];
  const trend = { columns, rows: [{ rule: "door", month: "2026-09", closed: 4, false_percent: 50 }, { rule: "door", month: "2026-10", closed: 4, false_percent: 25 }] };
  const changes = { columns: [column("revision"), column("made_at", "time")], rows: [{ revision: 7, made_at: "2026-09-30T23:30:00Z" }] };
  const rules = { columns: [column("rule", "text"), column("rule_title", "text")], rows: [{ rule: "door", rule_title: "Door open" }] };
  const [drawn] = drawings(report("false-alarms", { rules, trend, changes }), nameOf).trend ?? [];
  expect(drawn).toMatchObject({ series: [{ label: "Door open", values: [50, 25] }], happened: [{ at: 1, label: "revision 7" }] });
});

test("a report with nothing in it draws nothing", () => {
  for (const name of ["response-times", "activations", "outcomes", "attendance", "device-health", "false-alarms", "take-up", "workload", "social-value"] as const) {
    const tables = Object.fromEntries(["months", "hours", "rules", "trend", "homes", "organisations", "operators"].map((id) => [id, { columns: [], rows: [] }]));
    expect(Object.values(drawings(report(name, tables), nameOf)).flat(), name).toEqual([]);
  }
});
