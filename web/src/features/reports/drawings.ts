// What is drawn of each report: by month with the marks, by hour, by day of the week, by name. Every number comes from the report's own rows.

import type { Happened, Series } from "../../charts/Lines.tsx";
import type { Mark } from "../../charts/axes.tsx";
import type { Named } from "../../charts/Rows.tsx";
import { type Axis, percentAxis } from "../../charts/scale.ts";
import { reportsWords as words } from "../../text/en.ts";
import { monthsBetween, placeInMonths } from "./period.ts";
import { codeOf, hourOf, type Kind, monthWords, type Report, type Row, type Table, titlesOf, told } from "./tables.ts";

export type Drawing =
  | { is: "lines"; title: string; labels: string[]; series: Series[]; axis: Axis; kind: Kind; marks: Mark[]; happened: Happened[]; note: string | null }
  | { is: "columns"; title: string; labels: string[]; series: Series[]; axis?: Axis; kind: Kind; marks: Mark[]; narrow: boolean; note: string | null }
  | { is: "rows"; title: string; rows: Named[]; bars: string[]; kind: Kind; end?: number; mark: Mark | null; note: string | null }
  | { is: "heat"; title: string; rows: string[]; columns: string[]; values: number[][]; note: string | null };

/** Lines that can still be told apart. */
const LINES = 5;
/** Names drawn. */
const NAMES = 12;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const sumOf = (rows: readonly Row[], figure: string) => rows.reduce((sum, row) => sum + (numberOf(row[figure]) ?? 0), 0);

/** Of a hundred, cut off after two decimals as the reports do it. */
export function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.floor((part * 10_000) / whole) / 100;
}

interface Share {
  percent: string;
  /** Absent where the table does not say of how many: then it cannot be summed up over organisations. */
  part?: string;
  whole: string;
  /** The setting that says how much is wanted. */
  mark?: string;
}

/** One report with what its drawings share. */
export class Sketch {
  private readonly report: Report;
  private readonly nameOf: (organisation: string) => string;
  readonly months: string[];

  constructor(report: Report, nameOf: (organisation: string) => string) {
    this.report = report;
    this.nameOf = nameOf;
    this.months = monthsBetween(report.from, report.to, report.zone);
  }

  table(id: string): Table | undefined {
    return this.report.tables.find((each) => each.id === id);
  }

  private title(table: Table, figure: string): string {
    return table.columns.find((column) => column.figure === figure)?.title ?? figure;
  }

  private kind(table: Table, figure: string): Kind {
    return table.columns.find((column) => column.figure === figure)?.kind ?? "number";
  }

  private mark(setting: string | undefined): Mark[] {
    const found = this.report.assumptions.find((each) => each.setting === setting);
    return found === undefined ? [] : [{ label: words.mark(String(found.value)), value: found.value }];
  }

  private organisations(table: Table): string[] {
    return [...new Set(table.rows.map((row) => textOf(row.organisation)))];
  }

  /** A share month by month, a line for each organisation while they can be told apart. */
  share(id: string, share: Share): Drawing[] {
    const table = this.table(id);
    if (table === undefined || table.rows.length === 0) return [];
    const { part } = share;
    const size = (organisation: string) => sumOf(table.rows.filter((row) => row.organisation === organisation), share.whole);
    const organisations = this.organisations(table).sort((a, b) => size(b) - size(a));
    const many = organisations.length > LINES;
    const together = many && part !== undefined;
    const value = (rows: Row[]) => (rows.length === 1 || part === undefined ? numberOf(rows[0]?.[share.percent]) : percent(sumOf(rows, part), sumOf(rows, share.whole)));
    const line = (label: string, of: Row[]): Series => ({ label, values: this.months.map((month) => value(of.filter((row) => row.month === month))) });
    const title = this.title(table, share.percent);
    const series =
      organisations.length === 1 || together
        ? [line(title, table.rows)]
        : organisations.slice(0, LINES).map((organisation) => line(this.nameOf(organisation), table.rows.filter((row) => row.organisation === organisation)));
    const marks = this.mark(share.mark);
    const drawn = [...series.flatMap((each) => each.values.filter((one) => one !== null)), ...marks.map((mark) => mark.value)];
    return [{ is: "lines", title: words.byMonth(title), labels: this.months.map(monthWords), series, axis: percentAxis(drawn), kind: "percent", marks, happened: [], note: together ? words.together : many ? words.drawnLargest(LINES, organisations.length) : null }];
  }

  /** Parts of each month's whole, all organisations together. */
  monthly(id: string, title: string, figures: readonly string[]): Drawing[] {
    const table = this.table(id);
    if (table === undefined || table.rows.length === 0) return [];
    const of = (month: string) => table.rows.filter((row) => row.month === month);
    const series = figures.map((figure) => ({ label: this.title(table, figure), values: this.months.map((month) => sumOf(of(month), figure)) }));
    return [{ is: "columns", title: words.byMonth(title), labels: this.months.map(monthWords), series, kind: "count", marks: [], narrow: false, note: null }];
  }

  /** Each hour of the day, all organisations together. */
  hourly(id: string, figure: string): Drawing[] {
    const table = this.table(id);
    if (table === undefined || table.rows.length === 0) return [];
    const title = this.title(table, figure);
    const values = HOURS.map((hour) => sumOf(table.rows.filter((row) => row.hour === hour), figure));
    return [{ is: "columns", title: words.byHour(title), labels: HOURS.map((hour) => hourOf(hour).slice(0, 2)), series: [{ label: title, values }], kind: "count", marks: [], narrow: true, note: null }];
  }

  hourlyShare(id: string, share: Required<Share>): Drawing[] {
    const table = this.table(id);
    if (table === undefined || table.rows.length === 0) return [];
    const title = this.title(table, share.percent);
    const rows = (hour: number) => table.rows.filter((row) => row.hour === hour);
    const values = HOURS.map((hour) => percent(sumOf(rows(hour), share.part), sumOf(rows(hour), share.whole)));
    const marks = this.mark(share.mark);
    const axis = percentAxis([...values.filter((value) => value !== null), ...marks.map((mark) => mark.value)]);
    return [{ is: "columns", title: words.byHour(title), labels: HOURS.map((hour) => hourOf(hour).slice(0, 2)), series: [{ label: title, values }], axis, kind: "percent", marks, narrow: true, note: null }];
  }

  /** Hour by day of the week. */
  week(id: string, figure: string): Drawing[] {
    const table = this.table(id);
    if (table === undefined || table.rows.length === 0) return [];
    const values = words.weekdays.map((_, day) => HOURS.map((hour) => sumOf(table.rows.filter((row) => row.weekday === day + 1 && row.hour === hour), figure)));
    return [{ is: "heat", title: words.byWeek(this.title(table, figure)), rows: [...words.weekdays], columns: HOURS.map((hour) => hourOf(hour).slice(0, 2)), values, note: null }];
  }

  /** Things that have a name, those with most (or least) first. */
  names(id: string, label: string, figures: readonly string[], more: { least?: boolean; end?: number; mark?: string; title?: string; also?: string } = {}): Drawing[] {
    const table = this.table(id);
    const [first] = figures;
    if (table === undefined || table.rows.length === 0 || first === undefined) return [];
    const several = this.organisations(table).length > 1;
    const column = table.columns.find((each) => each.figure === label);
    const name = (row: Row) => {
      const own = column === undefined ? "" : label === "responders_of" ? this.nameOf(textOf(row[label])) : told(row[label], column, this.report.zone) || (codeOf(label, row) ?? "");
      const beside = table.columns.find((each) => each.figure === more.also);
      const whole = [own === "" ? words.unknown : own, ...(beside === undefined ? [] : [told(row[beside.figure], beside, this.report.zone)])].join(", ");
      const of = textOf(row.organisation);
      return several && of !== "" && label !== "organisation_name" ? `${whole} · ${this.nameOf(of)}` : whole;
    };
    const weight = (row: Row) => (more.least === true ? -(numberOf(row[first]) ?? 101) : (numberOf(row[first]) ?? -1));
    const sorted = [...table.rows].sort((a, b) => weight(b) - weight(a));
    const worth = sorted.filter((row) => figures.some((figure) => more.least === true || (numberOf(row[figure]) ?? 0) > 0));
    if (worth.length === 0) return [];
    const rows = worth.slice(0, NAMES).map((row) => ({ label: name(row), values: figures.map((figure) => numberOf(row[figure])) }));
    const title = more.title ?? words.byName(this.title(table, first));
    return [
      {
        is: "rows",
        title,
        rows,
        bars: figures.map((figure) => this.title(table, figure)),
        kind: this.kind(table, first),
        ...(more.end === undefined ? {} : { end: more.end }),
        mark: this.mark(more.mark)[0] ?? null,
        note: worth.length > NAMES ? words.drawn(NAMES, worth.length) : null,
      },
    ];
  }

  /** How often each rule was wrong, month by month, and when the rules were changed meanwhile. */
  trend(): Drawing[] {
    const table = this.table("trend");
    if (table === undefined || table.rows.length === 0) return [];
    const rules = [...new Set(table.rows.map((row) => textOf(row.rule)))].map((rule) => ({ rule, rows: table.rows.filter((row) => row.rule === rule) }));
    rules.sort((a, b) => sumOf(b.rows, "closed") - sumOf(a.rows, "closed"));
    const titles = titlesOf(this.report);
    const value = (rows: Row[], month: string) => numberOf(rows.find((row) => row.month === month)?.false_percent);
    const series = rules.slice(0, LINES).map(({ rule, rows }) => ({ label: titles.get(rule) ?? rule, values: this.months.map((month) => value(rows, month)) }));
    const happened = (this.table("changes")?.rows ?? []).flatMap((row) => {
      const at = placeInMonths(textOf(row.made_at), this.months, this.report.zone);
      return at === null ? [] : [{ at, label: words.revision(String(row.revision)) }];
    });
    const drawn = series.flatMap((each) => each.values.filter((one) => one !== null));
    const note = rules.length > LINES ? words.drawnRules(LINES, rules.length) : null;
    return [{ is: "lines", title: words.byMonth(this.title(table, "false_percent")), labels: this.months.map(monthWords), series, axis: percentAxis(drawn), kind: "percent", marks: [], happened, note }];
  }
}

const ANSWERED = [
  { percent: "within_target_percent", part: "within_target", whole: "calls", mark: "reports.target_percent" },
  { percent: "within_limit_percent", part: "within_limit", whole: "calls", mark: "reports.limit_percent" },
] as const;
// Visits that are under way are in no share yet: no sum of the table gives one over several organisations.
const THERE = [
  { percent: "in_time_percent", whole: "visits", mark: "reports.attend_percent" },
  { percent: "in_limit_percent", whole: "visits", mark: "reports.attend_limit_percent" },
] as const;

/** The drawings of each table, by its name. */
export function drawings(report: Report, nameOf: (organisation: string) => string): Record<string, Drawing[]> {
  const of = new Sketch(report, nameOf);
  const all: Record<string, Record<string, Drawing[]>> = {
    "response-times": {
      months: [...ANSWERED.flatMap((share) => of.share("months", share)), ...of.monthly("months", words.charts.calls, ["calls"])],
      hours: [...of.hourly("hours", "calls"), ...of.hourlyShare("hours", ANSWERED[0]), ...of.hourly("hours", "over_limit")],
    },
    activations: {
      months: of.monthly("months", words.charts.alerts, ["emergencies", "health_alerts", "faults", "tests"]),
      kinds: of.names("kinds", "kind", ["alerts_count"]),
      rules: of.names("rules", "rule_title", ["alerts_count"]),
      schemes: of.names("schemes", "locality", ["emergencies"]),
      hours: [...of.week("hours", "emergencies"), ...of.week("hours", "alerts_count")],
      "repeat-callers": of.names("repeat-callers", "home_name", ["repeat_calls"]),
    },
    outcomes: {
      months: [
        ...of.share("months", { percent: "emergency_service_percent", part: "emergency_service", whole: "ended" }),
        ...of.share("months", { percent: "no_response_percent", part: "no_response", whole: "ended" }),
        ...of.monthly("months", words.charts.ended, ["reassured", "attended", "emergency_service", "no_response", "accidental"]),
      ],
      outcomes: of.names("outcomes", "outcome_title", ["with_outcome"], { also: "lane" }),
      rules: of.names("rules", "rule_title", ["ended", "emergency_service"]),
    },
    attendance: {
      months: [...THERE.flatMap((share) => of.share("months", share)), ...of.monthly("months", words.charts.visits, ["visits"])],
      organisations: of.names("organisations", "responders_of", ["asked", "arrived", "declined", "not_answered"], { title: words.charts.answers }),
      responders: of.names("responders", "responder_name", ["asked", "arrived", "declined", "not_answered"], { title: words.charts.answers }),
    },
    "device-health": {
      gateways: of.names("gateways", "model", ["supervision_percent"], { least: true, end: 100 }),
      sensors: of.names("sensors", "model", ["battery_low", "never_heard", "never_tested"], { title: words.charts.sensors }),
      faults: of.names("faults", "age", ["open_faults"], { also: "owner" }),
      "fault-rules": of.names("fault-rules", "rule_title", ["open_faults"]),
    },
    "false-alarms": {
      rules: of.names("rules", "rule_title", ["false_alarms", "closed"], { title: words.charts.falseByRule }),
      models: of.names("models", "model", ["false_percent"], { end: 100 }),
      homes: of.names("homes", "home_name", ["false_alarms"]),
      trend: of.trend(),
    },
    "take-up": {
      homes: of.names("homes", "locality", ["homes_after", "homes_new", "homes_left"], { title: words.charts.homes }),
      people: of.names("people", "locality", ["people_after", "people_new", "people_left"], { title: words.charts.people }),
      use: of.names("use", "locality", ["use_per_person"]),
    },
    workload: {
      operators: [...of.names("operators", "operator_name", ["per_hour", "busiest"], { mark: "reports.operator_norm", title: words.charts.perHour })],
    },
    "social-value": {
      organisations: [...of.names("organisations", "organisation_name", ["helped", "avoided"], { title: words.charts.helped }), ...of.names("organisations", "organisation_name", ["benefit"])],
    },
  };
  return all[report.name] ?? {};
}
