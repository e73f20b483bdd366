// A table of a report: what is drawn of it, its definitions at the columns, and from each figure the way to the alerts that it counts.

import { Group, Text, Title, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { usePlaces } from "../../places/places.ts";
import { Download } from "../../shell/Download.tsx";
import { reportsWords as words } from "../../text/en.ts";
import { drillOf, useOutcomeTitles } from "./data.ts";
import { Drawings } from "./Drawings.tsx";
import type { Drawing } from "./drawings.ts";
import type { ReportSearch } from "./period.ts";
import classes from "./reports.module.css";
import { codeOf, type Column, isAmount, type Report, type Row, shown, type Table as OneTable, titlesOf, told } from "./tables.ts";

interface Props {
  report: Report;
  table: OneTable;
  drawn: readonly Drawing[];
  search: ReportSearch;
  file: string;
  nameOf: (organisation: string) => string;
}

/** So many rows of a list the server puts into a page. */
const LISTED = 1000;
/** So many columns have room beside a drawing. */
const NARROW = 7;

export function ReportTable({ report, table, drawn, search, file, nameOf }: Props) {
  const ends = { from: report.from, to: report.to, ...(report.organisation == null ? {} : { organisation: report.organisation }) };
  const path = `/api/v1/reports/${report.name}?${new URLSearchParams({ ...ends, format: "csv", table: table.id }).toString()}`;
  return (
    <section aria-label={table.title}>
      <Group justify="space-between" mb={4}>
        <Title order={2} size="h5">
          {table.title}
        </Title>
        {table.rows.length > 0 && <Download className="no-print" size="compact-xs" path={path} file={`${file}-${table.id}.csv`} label={words.csv} said={words.csvOf(table.title)} />}
      </Group>
      {table.rows.length === 0 ? <Text size="sm">{words.nothing}</Text> : <Filled report={report} table={table} drawn={drawn} search={search} nameOf={nameOf} />}
    </section>
  );
}

function Filled({ report, table, drawn, search, nameOf }: Omit<Props, "file">) {
  const organisations = new Set(table.rows.map((row) => row.organisation));
  const columns = shown(table, organisations.size === 1 && report.tables.every((each) => each.rows.every((row) => row.organisation === undefined || organisations.has(row.organisation))));
  const byId = columns.some((column) => column.figure === "home");
  const place = usePlaces(byId ? table.rows.flatMap((row) => (typeof row.home === "string" ? [row.home] : [])) : NONE);
  const homeOf = (id: string) => place(id)?.name ?? id;
  const outcomeOf = useOutcomeTitles();
  const titles = titlesOf(report);
  const meaning = new Map(report.definitions.map((each) => [each.figure, each.words]));
  // One drawing of a narrow table stands beside it.
  const beside = drawn.length === 1 && columns.length <= NARROW && drawn.every((each) => each.is !== "heat");
  return (
    <div className={beside ? classes.beside : undefined}>
      <Drawings drawn={drawn} />
      {table.lists != null && table.rows.length >= LISTED && <Text size="sm">{words.listed(LISTED)}</Text>}
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={words.tableOf(table.title)}>
        <table className={classes.table}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.figure} scope="col" className={looks(column)}>
                  <Meaning title={column.title} words={meaning.get(column.figure) ?? ""} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row, n) => (
              // Rows of a report that was made once are never reordered.
              <tr key={n}>
                {columns.map((column) => (
                  <td key={column.figure} className={looks(column)}>
                    <bdi>
                      <Cell report={report} row={row} column={column} search={search} nameOf={nameOf} homeOf={homeOf} outcomeOf={outcomeOf} titles={titles} />
                    </bdi>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

const NONE: string[] = [];

function looks(column: Column): string | undefined {
  if (isAmount(column)) return classes.number;
  // Paper leads nowhere.
  if (column.figure === "alert") return classes.screen;
  return column.figure === "month" || column.kind === "time" ? classes.short : undefined;
}

/** A column's name; what it counts shows at the pointer, at the finger and at the key. */
function Meaning({ title, words: meaning }: { title: string; words: string }) {
  return (
    <>
      <Tooltip label={meaning} multiline w={280} events={{ hover: true, focus: true, touch: true }}>
        <button type="button" className={`${classes.meaning ?? ""} ${classes.screen ?? ""}`}>
          {title}
        </button>
      </Tooltip>
      {/* A head with a button in it is not repeated on the next sheet. */}
      <span className={classes.paper}>{title}</span>
    </>
  );
}

interface CellProps {
  report: Report;
  row: Row;
  column: Column;
  search: ReportSearch;
  nameOf: (organisation: string) => string;
  homeOf: (home: string) => string;
  outcomeOf: (outcome: string) => string;
  titles: ReadonlyMap<string, string>;
}

function Cell({ report, row, column, search, nameOf, homeOf, outcomeOf, titles }: CellProps) {
  const value = row[column.figure];
  const code = codeOf(column.figure, row);
  switch (column.figure) {
    case "organisation":
    case "responders_of":
      return typeof value === "string" ? nameOf(value) : "";
    case "home":
      return typeof value === "string" ? homeOf(value) : "";
    case "outcome":
      return typeof value === "string" ? outcomeOf(value) : "";
    case "alert":
      return typeof value === "string" ? (
        <Link to="/cases/$id" params={{ id: value }}>
          {words.openCase}
        </Link>
      ) : (
        ""
      );
    case "rule":
    case "rule_title":
      return code === null ? (
        words.unknown
      ) : (
        <Link to="/rules/$id" params={{ id: code }}>
          {titles.get(code) ?? code}
        </Link>
      );
    default:
  }
  const text = told(value, column, report.zone) || (code ?? "");
  const drill = column.counts_alerts && typeof value === "number" && value > 0 ? drillOf(row.alerts, column.figure) : null;
  if (drill !== null) {
    return (
      <Link to="/reports/$name/alerts" params={{ name: report.name }} search={{ ...drill, report: search }} aria-label={`${column.title}: ${text}`}>
        {text}
      </Link>
    );
  }
  if (column.kind === "yes_no" && value === false) return <strong className={classes.missed}>{text}</strong>;
  return text === "" && column.kind === "text" && KEYED.has(column.figure) ? words.unknown : text;
}

/** What a row is told apart by: empty stands for what nobody entered. */
const KEYED = new Set(["kind", "model", "locality", "owner"]);
