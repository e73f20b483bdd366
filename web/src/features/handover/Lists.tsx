// The lists of the hand-over, as tables that stay legible on paper.

import { Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { memo, type ReactNode } from "react";

import type { Alert, Schemas } from "../../api/client.ts";
import type { ControlRoom } from "../../places/control.ts";
import type { Place } from "../../places/places.ts";
import { handoverWords as words, incidentsWords } from "../../text/en.ts";
import { dayTime, inZone, span } from "../../time/format.ts";
import { useReasons } from "./data.ts";
import classes from "./handover.module.css";
import type { PlaceOf } from "./Mine.tsx";

/** Whole minutes: nobody reads seconds off a page that is printed. */
const forSoLong = (at: string, minute: number) => span(Math.max(0, Math.floor((minute - Date.parse(at)) / 60_000)) * 60_000).replace(/ 00 s$/, "");

function Section({ title, count, none, head, children }: { title: string; count: number | undefined; none: string; head: readonly string[]; children: ReactNode }) {
  return (
    <section aria-label={title} className={classes.section}>
      <Title order={2} size="h4">
        {title} {count !== undefined && `(${count})`}
      </Title>
      {count === 0 ? (
        <p className={classes.none}>{none}</p>
      ) : (
        <table className={classes.table}>
          <thead>
            <tr>
              {head.map((each) => (
                <th key={each} scope="col">
                  {each}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      )}
    </section>
  );
}

function What({ alert }: { alert: Alert }) {
  return (
    <td className={classes.what}>
      <Link to="/cases/$id" params={{ id: alert.id }} dir="auto">
        {alert.rule.title}
      </Link>
    </td>
  );
}

function Home({ alert, home }: { alert: Alert; home: Place | null }) {
  if (home === null) return <td dir="auto">{alert.gateway ?? ""}</td>;
  return (
    <td>
      <b dir="auto">{home.name}</b>
      <div dir="auto">{[home.residents.join(", "), home.locality].filter((part) => part !== "").join(" · ")}</div>
    </td>
  );
}

interface RowProps {
  alert: Alert;
  home: Place | null;
  minute: number;
}

/** Drawn again when it changed, or a minute passed: there may be hundreds. */
const OpenRow = memo(function OpenRow({ alert, home, minute }: RowProps) {
  return (
    <tr>
      <td className={classes.priority}>{alert.priority}</td>
      <td>
        {dayTime(alert.raised_at, home?.zone)}
        <div>{forSoLong(alert.raised_at, minute)}</div>
      </td>
      <What alert={alert} />
      <Home alert={alert} home={home} />
      <td dir="auto">
        {alert.holder?.name ?? (alert.previous_holder == null ? words.nobody : words.backFrom(alert.previous_holder.name))}
        {alert.holder == null && alert.level > 0 && <div>{words.step(alert.level)}</div>}
      </td>
    </tr>
  );
});

interface ListProps {
  alerts: readonly Alert[];
  place: PlaceOf;
  minute: number;
}

export function Open({ title, none, alerts, place, minute }: ListProps & { title: string; none: string }) {
  const { columns } = words;
  return (
    <Section title={title} count={alerts.length} none={none} head={[columns.priority, columns.since, columns.what, columns.home, columns.who]}>
      {alerts.map((alert) => (
        <OpenRow key={alert.id} alert={alert} home={place(alert.home)} minute={minute} />
      ))}
    </Section>
  );
}

export function Held({ alerts, place }: { alerts: readonly Alert[]; place: PlaceOf }) {
  const { columns } = words;
  const reasons = useReasons(alerts);
  return (
    <Section title={words.sections.held} count={alerts.length} none={words.none.held} head={[columns.priority, columns.until, columns.what, columns.home, columns.who, columns.why]}>
      {alerts.map((alert) => (
        <tr key={alert.id}>
          <td className={classes.priority}>{alert.priority}</td>
          <td>{alert.held_until == null ? "" : dayTime(alert.held_until, place(alert.home)?.zone)}</td>
          <What alert={alert} />
          <Home alert={alert} home={place(alert.home)} />
          <td dir="auto">{alert.holder?.name ?? alert.previous_holder?.name ?? words.nobody}</td>
          <td dir="auto">{inZone(reasons.get(alert.id) ?? words.noReason, place(alert.home)?.zone)}</td>
        </tr>
      ))}
    </Section>
  );
}

export function Faults({ alerts, place, minute }: ListProps) {
  const { columns } = words;
  return (
    <Section title={words.sections.faults} count={alerts.length} none={words.none.faults} head={[columns.due, columns.what, columns.home, columns.owner, columns.interim]}>
      {alerts.flatMap((alert) =>
        alert.fault == null
          ? []
          : [
              <tr key={alert.id}>
                <td>
                  {dayTime(alert.fault.due_at, place(alert.home)?.zone)}
                  {Date.parse(alert.fault.due_at) <= minute && <div className={classes.overdue}>{words.overdue}</div>}
                </td>
                <What alert={alert} />
                <Home alert={alert} home={place(alert.home)} />
                <td dir="auto">{alert.fault.owner}</td>
                <td dir="auto">{alert.fault.interim}</td>
              </tr>,
            ],
      )}
    </Section>
  );
}

export function Silent({ silent, minute }: { silent: ControlRoom["silent"] | undefined; minute: number }) {
  const { columns } = words;
  const homes = silent?.homes ?? [];
  return (
    <>
      <Section title={words.sections.silent} count={silent?.count} none={words.none.silent} head={[columns.since, columns.silentFor, columns.home]}>
        {homes.map((home) => (
          <tr key={home.home}>
            <td>{dayTime(home.since, home.zone)}</td>
            <td>{forSoLong(home.since, minute)}</td>
            <td>
              <Link to="/cases/$id" params={{ id: home.alert }} dir="auto">
                {home.name}
              </Link>
              <div dir="auto">{home.locality}</div>
            </td>
          </tr>
        ))}
      </Section>
      {silent !== undefined && silent.count > homes.length && <p className={classes.none}>{words.moreSilent(silent.count - homes.length)}</p>}
    </>
  );
}

export function Incidents({ incidents }: { incidents: readonly Schemas["Incident"][] | undefined }) {
  const { columns } = words;
  return (
    <Section title={words.sections.incidents} count={incidents?.length} none={words.none.incidents} head={[columns.since, columns.what, columns.area, columns.waiting]}>
      {incidents?.map((incident) => (
        <tr key={incident.id}>
          <td>{dayTime(incident.opened_at)}</td>
          <td>{incidentsWords.causes[incident.cause]}</td>
          <td>
            <Link to="/incidents/$id" params={{ id: incident.id }} dir="auto">
              {incident.area.name}
            </Link>
          </td>
          <td>{words.homesWaiting(incident.waiting, incident.homes)}</td>
        </tr>
      ))}
    </Section>
  );
}

export function Notices({ notices }: { notices: readonly Schemas["Notice"][] | undefined }) {
  const { columns } = words;
  return (
    <Section title={words.sections.notices} count={notices?.length} none={words.none.notices} head={[columns.when, columns.what]}>
      {notices?.map((notice) => (
        <tr key={notice.id}>
          <td>{dayTime(notice.at)}</td>
          <td>
            <b dir="auto">{notice.title}</b>
            <div dir="auto">{notice.text}</div>
          </td>
        </tr>
      ))}
    </Section>
  );
}
