// A report's tables as people read them: without the codes that have a name beside them, each value in the words of its kind.

import type { Schemas } from "../../api/client.ts";
import { reportsWords as words } from "../../text/en.ts";
import { date, dayTime } from "../../time/format.ts";

export type Report = Schemas["ReportBody"];
export type Table = Schemas["TableBody"];
export type Column = Schemas["ColumnBody"];
export type Kind = Schemas["Kind"];
export type Row = Record<string, unknown>;

/** Codes, and the column that says the same in words. */
const NAMED: Record<string, string> = {
  organisation: "organisation_name",
  home: "home_name",
  rule: "rule_title",
  operator: "operator_name",
  outcome: "outcome_title",
  responder: "responder_name",
};

/** What is shown of a table: no code whose name stands beside it, and no organisation where there is only one. */
export function shown(table: Table, oneOrganisation: boolean): Column[] {
  const there = new Set(table.columns.map((column) => column.figure));
  return table.columns.filter(({ figure }) => {
    if (oneOrganisation && (figure === "organisation" || figure === "organisation_name")) return false;
    const name = NAMED[figure];
    return name === undefined || !there.has(name);
  });
}

/** The code of the thing that a column names, for the way there: a rule's, for its title. */
export function codeOf(figure: string, row: Row): string | null {
  const code = Object.keys(NAMED).find((each) => each === figure || NAMED[each] === figure);
  const value = code === undefined ? undefined : row[code];
  return typeof value === "string" && value !== "" ? value : null;
}

/** What rules are called: one of a report's tables may name them only by their code. */
export function titlesOf(report: Report): ReadonlyMap<string, string> {
  const named = report.tables.flatMap((table) => table.rows).flatMap(({ rule, rule_title: title }) => (typeof rule === "string" && typeof title === "string" && title !== "" ? [[rule, title] as const] : []));
  return new Map(named);
}

const NAMES_OF_ROWS = new Set(["hour", "weekday", "revision"]);

/** What is compared with the numbers above and below it. */
export const isAmount = ({ figure, kind }: Column) => kind !== "text" && kind !== "time" && kind !== "yes_no" && !NAMES_OF_ROWS.has(figure);

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const twoPlaces = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const upToTwo = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 });

/** A number in the words of its kind. */
export function amount(value: number, kind: Kind): string {
  switch (kind) {
    case "percent":
      return `${twoPlaces.format(value)} %`;
    case "seconds":
      return `${whole.format(value)} s`;
    case "minutes":
      return `${upToTwo.format(value)} min`;
    case "hours":
      return `${upToTwo.format(value)} h`;
    case "money":
    case "number":
      return twoPlaces.format(value);
    default:
      return upToTwo.format(value);
  }
}

/** A value as it is read; an empty text stands for what is not known. */
export function told(value: unknown, column: Column, zone: string): string {
  if (value === null || value === undefined || value === "") return "";
  if (column.figure === "hour" && typeof value === "number") return hourOf(value);
  if (column.figure === "weekday" && typeof value === "number") return words.weekdays[value - 1] ?? String(value);
  if (column.figure === "revision" && typeof value === "number") return String(value);
  if (typeof value === "number") return amount(value, column.kind);
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value !== "string") return "";
  if (column.kind === "time") return moment(value, zone);
  if (column.figure === "kind") return value.replaceAll("_", " ");
  if (column.figure === "month") return monthWords(value);
  if (column.figure === "lane" || column.figure === "group") return (words.codes as Record<string, string>)[value] ?? value;
  return value;
}

/** `Tue 24 Nov 2026, 02:14`. */
export function moment(at: string, zone: string): string {
  return dayTime(at, zone, zone).replace(",", ` ${date(at, zone).slice(-4)},`);
}

export const hourOf = (hour: number) => `${String(hour).padStart(2, "0")}:00`;

const month = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });

/** `Sept 2026` for `2026-09`. */
export function monthWords(yearMonth: string): string {
  const at = Date.parse(`${yearMonth}-01T00:00Z`);
  return Number.isNaN(at) ? yearMonth : month.format(at);
}
