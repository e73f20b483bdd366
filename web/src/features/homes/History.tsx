// Everything that happened at a home: one line of time, what sensors said, alerts, versions of its plan, and who was away.

import { Badge, Button, Checkbox, Group, NativeSelect, Stack, Table, Text, TextInput } from "@mantine/core";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import type { Schemas } from "../../api/client.ts";
import { ListEnd } from "../../lists/pages.tsx";
import { Versions } from "../../plan/Versions.tsx";
import { homesWords as words, lists } from "../../text/en.ts";
import { dayTime, inZone, span as told } from "../../time/format.ts";
import { fromWall, plusDays } from "../../time/zone.ts";
import { Earlier } from "./Away.tsx";
import { type Home, type Span, useAlerts, useEvents, useTimeline } from "./data.ts";
import classes from "./homes.module.css";
import { deviceName, plain, reading } from "./names.ts";

type Device = Schemas["Device"];
const H = words.history;
const VIEWS = ["timeline", "events", "alerts", "plan", "excuses"] as const;

interface Props {
  home: Home;
  devices: readonly Device[];
}

export function History({ home, devices }: Props) {
  const { view: named = "timeline" } = useSearch({ from: "/homes/$id" });
  const navigate = useNavigate();
  const view = VIEWS.find((each) => each === named) ?? "timeline";
  const [days, setDays] = useState({ from: "", to: "" });
  const span = { from: start(days.from, home.zone), to: days.to === "" ? null : start(plusDays(days.to, 1), home.zone) };
  const dated = view === "timeline" || view === "events" || view === "alerts";
  const shown = { home, devices, span };
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-end">
        <NativeSelect label={H.view} value={view} data={VIEWS.map((value) => ({ value, label: H.views[value] }))} onChange={(event) => void navigate({ to: "/homes/$id", params: { id: home.id }, search: { part: "history", view: event.currentTarget.value }, replace: true })} />
        {dated && <TextInput type="date" label={H.from} value={days.from} onChange={(event) => setDays({ ...days, from: event.currentTarget.value })} />}
        {dated && <TextInput type="date" label={H.to} value={days.to} onChange={(event) => setDays({ ...days, to: event.currentTarget.value })} />}
      </Group>
      {view === "timeline" && <Timeline {...shown} />}
      {view === "events" && <Events {...shown} />}
      {view === "alerts" && <Alerts {...shown} />}
      {view === "plan" && <Versions whose={{ scope: "home", id: home.id }} zone={home.zone} />}
      {view === "excuses" && <Earlier home={home} devices={devices} />}
    </Stack>
  );
}

/** The beginning of a day by the home's clocks. */
function start(day: string, zone: string): string | null {
  const at = fromWall(day, zone);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

type Shown = Props & { span: Span };

function deviceOf(event: Schemas["Event"], devices: readonly Device[]): string {
  if (event.device == null) return event.gateway;
  const device = devices.find((each) => each.gateway === event.gateway && each.address === event.device);
  return device === undefined ? event.device : deviceName(device);
}

function Timeline({ home, devices, span }: Shown) {
  const [all, setAll] = useState(false);
  const list = useTimeline(home.id, span, all);
  return (
    <>
      <Checkbox label={H.all} checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />
      {list.items.length > 0 && (
        <Table className={classes.table} verticalSpacing={3}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{H.columns.when}</Table.Th>
              <Table.Th>{H.columns.what}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.items.map((entry, n) => (
              // Entries have no id; new ones come on top.
              <Table.Tr key={list.items.length - n}>
                <Table.Td className={classes.when}>{dayTime(entry.at, home.zone)}</Table.Td>
                <Table.Td dir="auto">
                  <Entry entry={entry} devices={devices} zone={home.zone} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <ListEnd list={list} empty={H.nothing} />
    </>
  );
}

function Entry({ entry, devices, zone }: { entry: Schemas["TimelineEntry"]; devices: readonly Device[]; zone: string }) {
  const who = entry.who == null ? "" : ` (${entry.who})`;
  if (entry.event != null) {
    const value = reading(entry.event);
    return (
      <>
        <b>{plain(entry.what)}</b> · {deviceOf(entry.event, devices)}
        {value !== "" && ` · ${value}`}
        {entry.event.class === "alarm" && <Badge ml={6} color="red" variant="filled">{entry.event.test === true ? H.test : plain(entry.event.class)}</Badge>}
      </>
    );
  }
  if (entry.source === "excuse") {
    const over = entry.what.endsWith("_over");
    const kind = over ? entry.what.slice(0, -5) : entry.what;
    const name = kind in words.away.kinds ? words.away.kinds[kind as keyof typeof words.away.kinds] : plain(kind);
    return (
      <>
        <b>{over ? H.over(name) : name}</b>
        {entry.text == null ? "" : ` · ${entry.text}`}
        {who}
      </>
    );
  }
  return (
    <>
      {entry.text == null ? null : inZone(entry.text, zone)}
      {who}{" "}
      {entry.alert != null && (
        <Link to="/cases/$id" params={{ id: entry.alert }} className={classes.link}>
          {H.open}
        </Link>
      )}
    </>
  );
}

function Events({ home, devices, span }: Shown) {
  const [kind, setKind] = useState("");
  const [device, setDevice] = useState("");
  const list = useEvents(home.id, span, kind.trim().replaceAll(" ", "_"), device);
  return (
    <>
      <Group gap="sm" align="flex-end">
        <TextInput label={H.kind} maxLength={64} value={kind} onChange={(event) => setKind(event.currentTarget.value)} />
        <NativeSelect label={H.device} value={device} data={[{ value: "", label: H.everyDevice }, ...devices.map((each) => ({ value: each.id, label: deviceName(each) }))]} onChange={(event) => setDevice(event.currentTarget.value)} />
      </Group>
      {list.items.length > 0 && (
        <Table className={classes.table} verticalSpacing={3}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{H.columns.when}</Table.Th>
              <Table.Th>{H.columns.what}</Table.Th>
              <Table.Th>{H.columns.device}</Table.Th>
              <Table.Th>{H.columns.value}</Table.Th>
              <Table.Th visibleFrom="md">{H.columns.received}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.items.map((event) => (
              <Table.Tr key={`${event.gateway} ${event.id}`}>
                <Table.Td className={classes.when}>{dayTime(event.at, home.zone)}</Table.Td>
                <Table.Td>{plain(event.kind)}</Table.Td>
                <Table.Td dir="auto">{deviceOf(event, devices)}</Table.Td>
                <Table.Td>{reading(event)}</Table.Td>
                <Table.Td visibleFrom="md">{late(event)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <ListEnd list={list} empty={H.nothing} />
    </>
  );
}

/** Only what came noticeably later than it happened. */
function late(event: Schemas["Event"]): string {
  const ms = Date.parse(event.received_at) - Date.parse(event.at);
  return ms < 60_000 ? "" : H.late(told(ms));
}

function Alerts({ home, span }: Shown) {
  const open = useAlerts(home.id, span, "open");
  const closed = useAlerts(home.id, span, "closed");
  const all = [...open.items, ...closed.items].sort((a, b) => Date.parse(b.raised_at) - Date.parse(a.raised_at));
  return (
    <>
      {all.length > 0 && (
        <Table className={classes.table} verticalSpacing={3}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{H.alerts.when}</Table.Th>
              <Table.Th>{H.alerts.what}</Table.Th>
              <Table.Th>{H.alerts.state}</Table.Th>
              <Table.Th visibleFrom="md">{H.alerts.outcome}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {all.map((alert) => (
              <Table.Tr key={alert.id}>
                <Table.Td className={classes.when}>{dayTime(alert.raised_at, home.zone)}</Table.Td>
                <Table.Td dir="auto">
                  <Link to="/cases/$id" params={{ id: alert.id }} className={classes.link}>
                    {alert.priority} · {alert.rule.title}
                  </Link>
                  {alert.test && <Badge ml={6} color="gray" variant="filled">{H.test}</Badge>}
                  <Text size="sm">{inZone(alert.explanation, home.zone)}</Text>
                </Table.Td>
                <Table.Td>{H.states[alert.state] ?? alert.state}</Table.Td>
                <Table.Td visibleFrom="md">{plain(alert.outcome ?? "")}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {open.hasNextPage && (
        <Group>
          <Button variant="default" loading={open.isFetchingNextPage} onClick={() => void open.fetchNextPage()}>
            {lists.more}
          </Button>
        </Group>
      )}
      <ListEnd list={closed} empty={all.length === 0 ? H.nothing : ""} />
    </>
  );
}
