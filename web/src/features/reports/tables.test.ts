// @vitest-environment jsdom
import { expect, test } from "vitest";

import { drillOf } from "./data.ts";
import { codeOf, type Column, shown, told } from "./tables.ts";

const column = (figure: string, kind: Column["kind"]): Column => ({ figure, title: figure, kind, counts_alerts: false });

test("a code is left out where its name stands beside it, and the organisation where there is one", () => {
  const columns = ["organisation", "organisation_name", "home", "home_name", "rule", "calls"].map((figure) => column(figure, "text"));
  const table = { id: "t", title: "T", columns, rows: [] };
  expect(shown(table, false).map((each) => each.figure)).toEqual(["organisation_name", "home_name", "rule", "calls"]);
  expect(shown(table, true).map((each) => each.figure)).toEqual(["home_name", "rule", "calls"]);
  expect([codeOf("rule_title", { rule: "door" }), codeOf("rule", { rule: "door" }), codeOf("rule_title", {}), codeOf("calls", { rule: "door" })]).toEqual(["door", "door", null, null]);
});

test("values are told in the words of their kind, moments on the wall of the report's zone", () => {
  const zone = "Europe/London";
  expect(told(97.5, column("x", "percent"), zone)).toBe("97.50 %");
  expect(told(12345, column("x", "count"), zone)).toBe("12,345");
  expect(told(0, column("x", "count"), zone)).toBe("0");
  expect(told(61, column("x", "seconds"), zone)).toBe("61 s");
  expect(told(1234.5, column("x", "money"), zone)).toBe("1,234.50");
  expect(told(false, column("x", "yes_no"), zone)).toBe("No");
  expect(told(null, column("x", "percent"), zone)).toBe("");
  expect(told("2026-10-25T00:30:00Z", column("x", "time"), zone)).toBe("Sun 25 Oct 2026, 01:30");
  expect(told("2026-10-25T01:30:00Z", column("x", "time"), zone)).toBe("Sun 25 Oct 2026, 01:30");
  expect(told("2026-03-29T01:00:00Z", column("x", "time"), zone)).toBe("Sun 29 Mar 2026, 02:00");
  expect([told("2026-10", column("month", "text"), zone), told(7, column("hour", "count"), zone), told(7, column("weekday", "count"), zone), told(1234, column("revision", "count"), zone)]).toEqual(["Oct 2026", "07:00", "Sun", "1234"]);
});

test("a row's address and a figure make the question for its alerts, empty keys included", () => {
  const drill = drillOf("/api/v1/reports/activations/alerts?from=2026-10-01T00%3A00%3A00Z&to=2026-11-01T00%3A00%3A00Z&kind=&hour=0", "alerts_count");
  expect(drill).toEqual({ from: "2026-10-01T00:00:00Z", to: "2026-11-01T00:00:00Z", kind: "", hour: "0", figure: "alerts_count" });
  expect(drillOf(undefined, "calls")).toBeNull();
});
