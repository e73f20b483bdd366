// One report: of which time and organisation, its tables with what is drawn of them, and what every figure counts.

import { Alert, Button, Group, Stack, Text, Title } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { useOrganisations } from "../../places/organisations.ts";
import { Download } from "../../shell/Download.tsx";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { reportsWords as words, shell } from "../../text/en.ts";
import { date } from "../../time/format.ts";
import { Assumptions, Definitions } from "./Definitions.tsx";
import { type Name, nameIn, question, useAsked, useNameOf, useReport } from "./data.ts";
import { drawings } from "./drawings.ts";
import { PeriodForm } from "./PeriodForm.tsx";
import type { Days, ReportSearch } from "./period.ts";
import { ReportTable } from "./ReportTable.tsx";
import classes from "./reports.module.css";
import { moment, type Report } from "./tables.ts";

export function ReportPage() {
  const name = nameIn(useParams({ from: "/reports/$name" }).name);
  return <Only page="reports">{name === null ? <Text>{shell.notFound}</Text> : <Asked key={name} name={name} />}</Only>;
}

function Asked({ name }: { name: Name }) {
  const search = useSearch({ from: "/reports/$name" });
  const navigate = useNavigate();
  const { days, today } = useAsked(search);
  const asked = useReport(name, days, search.organisation);
  const again = () => void asked.refetch();
  useShortcuts([
    { keys: "b", does: words.all9, act: () => void navigate({ to: "/reports" }) },
    { keys: "r", does: words.again, act: again },
    { keys: "p", does: words.print, act: () => globalThis.print() },
  ]);
  const own = search.from !== undefined || search.to !== undefined;
  return (
    <Stack gap="sm">
      <Head name={name} report={asked.data} search={search} days={days} again={again} making={asked.isFetching} />
      <PeriodForm search={search} days={days} today={today} set={(next) => void navigate({ to: "/reports/$name", params: { name }, search: next, replace: true })} />
      {days === null && <Alert color="orange">{own ? words.noPeriod : words.badPeriod}</Alert>}
      {asked.error !== null && <Refused error={asked.error} retry={again} />}
      {asked.isFetching && <Text role="status">{words.making}</Text>}
      {asked.data !== undefined && <Shown report={asked.data} search={search} file={fileOf(name, days)} />}
    </Stack>
  );
}

const fileOf = (name: Name, days: Days | null) => (days === null ? name : `${name}-${days.from}-${days.to}`);

function Head({ name, report, search, days, again, making }: { name: Name; report: Report | undefined; search: ReportSearch; days: Days | null; again: () => void; making: boolean }) {
  const path = days === null ? null : `/api/v1/reports/${name}?${new URLSearchParams({ ...question(days, search.organisation), format: "xlsx" }).toString()}`;
  return (
    <Group justify="space-between" align="flex-start" className={classes.head}>
      <div>
        <Title order={1} size="h3">
          {words.names[name]}
        </Title>
        <Text size="sm">{words.about[name]}</Text>
        {report !== undefined && <Facts report={report} />}
        <Text size="sm" className="no-print">
          <Link to="/reports">{words.all9}</Link>
        </Text>
      </div>
      <Group gap="xs" className="no-print">
        {path !== null && <Download path={path} file={`${fileOf(name, days)}.xlsx`} label={words.xlsx} />}
        <Button variant="default" size="compact-md" onClick={() => globalThis.print()}>
          {words.print}
        </Button>
        <Button variant="default" size="compact-md" loading={making} onClick={again}>
          {words.again}
        </Button>
      </Group>
    </Group>
  );
}

/** What a sheet of paper must say of itself. */
function Facts({ report }: { report: Report }) {
  const organisations = useOrganisations();
  const whose = organisations.length === 1 ? organisations[0] : organisations.find((each) => each.id === report.organisation);
  const last = date(Date.parse(report.to) - 1, report.zone);
  return (
    <Text size="sm" className={classes.facts}>
      <b dir="auto">{whose?.name ?? words.all}</b> · <b>{words.span(date(report.from, report.zone), last)}</b> · {words.days(report.zone)} · {words.made(moment(report.made_at, report.zone))}
    </Text>
  );
}

function Shown({ report, search, file }: { report: Report; search: ReportSearch; file: string }) {
  const nameOf = useNameOf(words.everywhere, words.elsewhere);
  const drawn = drawings(report, nameOf);
  const estimates = report.name === "social-value";
  return (
    <Stack gap="lg">
      {estimates && <Assumptions report={report} />}
      {report.tables.map((table) => (
        <ReportTable key={table.id} report={report} table={table} drawn={drawn[table.id] ?? []} search={search} file={file} nameOf={nameOf} />
      ))}
      {!estimates && <Assumptions report={report} />}
      <Definitions report={report} />
    </Stack>
  );
}
