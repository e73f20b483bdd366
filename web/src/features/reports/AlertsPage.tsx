// The alerts that a figure of a report counts, one by one: from here each leads to its case.

import { Group, Stack, Text, Title } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";

import type { Schemas } from "../../api/client.ts";
import { ListEnd } from "../../lists/pages.tsx";
import { useOrganisations } from "../../places/organisations.ts";
import { type Place, usePlaces } from "../../places/places.ts";
import { Only } from "../../shell/Frame.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { reportsWords as words, shell } from "../../text/en.ts";
import { date } from "../../time/format.ts";
import { type Drill, KEYS, type Name, nameIn, useCounted, useDefinitions, useNameOf, useOutcomeTitles } from "./data.ts";
import { zoneOf } from "./period.ts";
import classes from "./reports.module.css";
import { amount, hourOf, moment, monthWords } from "./tables.ts";

export function AlertsPage() {
  const name = nameIn(useParams({ from: "/reports/$name/alerts" }).name);
  return <Only page="reports">{name === null ? <Text>{shell.notFound}</Text> : <Asked name={name} />}</Only>;
}

function Asked({ name }: { name: Name }) {
  const { report = {}, ...drill } = useSearch({ from: "/reports/$name/alerts" });
  const navigate = useNavigate();
  const list = useCounted(name, drill);
  const place = usePlaces(list.items.map((item) => item.home));
  const definition = useDefinitions(name).find((each) => each.figure === drill.figure);
  useShortcuts([{ keys: "b", does: words.alerts.back, act: () => void navigate({ to: "/reports/$name", params: { name }, search: report }) }]);
  const activations = list.items.reduce((sum, item) => sum + item.activations, 0);
  const count = list.items.length.toLocaleString("en-GB");
  return (
    <Stack gap="sm">
      <div>
        <Title order={1} size="h3">
          {words.alerts.title(definition?.title ?? drill.figure ?? "")}
        </Title>
        <Text size="sm">{definition?.words}</Text>
        <Restricted name={name} drill={drill} homeOf={(id) => place(id)?.name ?? id} title={list.items[0]?.title} />
        <Text size="sm" className="no-print">
          <Link to="/reports/$name" params={{ name }} search={report}>
            {words.alerts.back}
          </Link>
        </Text>
      </div>
      {list.isPending && <Text role="status">{words.alerts.loading}</Text>}
      {list.items.length > 0 && (
        <Group gap="sm">
          <Text fw={700}>{list.hasNextPage ? words.alerts.more(count) : words.alerts.count(list.items.length, activations)}</Text>
        </Group>
      )}
      {list.items.length > 0 && <Alerts items={list.items} place={place} />}
      <ListEnd list={list} empty={words.alerts.none} />
    </Stack>
  );
}

/** In words, which alerts are meant: the time, and what the row of the report stood for. */
function Restricted({ name, drill, homeOf, title }: { name: Name; drill: Drill; homeOf: (id: string) => string; title: string | undefined }) {
  const nameOf = useNameOf(words.everywhere, words.elsewhere);
  const outcomeOf = useOutcomeTitles();
  const zone = zoneOf(useOrganisations(), drill.organisation);
  const said = (key: (typeof KEYS)[number], value: string): string => {
    if (value === "") return words.unknown;
    switch (key) {
      case "organisation":
        return nameOf(value);
      case "month":
        return monthWords(`${value.slice(0, 4)}-${value.slice(4)}`);
      case "hour":
        return hourOf(Number(value));
      case "weekday":
        return words.weekdays[Number(value) - 1] ?? value;
      case "home":
        return homeOf(value);
      case "rule":
        return title ?? value;
      case "outcome":
        return outcomeOf(value);
      case "lane":
        return (words.codes as Record<string, string>)[value] ?? value;
      default:
        return value;
    }
  };
  const time = drill.from !== undefined && drill.to !== undefined ? words.span(date(drill.from, zone), date(Date.parse(drill.to) - 1, zone)) : "";
  const keys = KEYS.flatMap((key) => (drill[key] === undefined ? [] : [`${words.alerts.keys[key]}: ${said(key, drill[key])}`]));
  return (
    <Text size="sm" dir="auto">
      {[`${words.names[name]}, ${time}`, ...keys].join(" · ")}
    </Text>
  );
}

function Alerts({ items, place }: { items: readonly Schemas["CountedAlert"][]; place: (id: string) => Place | null }) {
  const columns = words.alerts.columns;
  const outcomeOf = useOutcomeTitles();
  return (
    <div className={classes.whole} tabIndex={0} role="region" aria-label={words.alerts.title("")}>
      <table className={classes.table}>
        <thead>
          <tr>
            {[columns.raised, columns.home, columns.rule].map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
            <th scope="col" className={classes.number}>
              {columns.wait}
            </th>
            <th scope="col">{columns.operator}</th>
            <th scope="col">{columns.outcome}</th>
            <th scope="col">{columns.cause}</th>
            <th scope="col" className={classes.number}>
              {columns.activations}
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.alert}>
              <td>{moment(item.raised_at, place(item.home)?.zone ?? "UTC")}</td>
              <td>
                <bdi>{place(item.home)?.name ?? item.home}</bdi>
              </td>
              <td>
                <Link to="/cases/$id" params={{ id: item.alert }}>
                  {item.title}
                </Link>
              </td>
              <td className={classes.number}>{item.wait_s == null ? "" : amount(item.wait_s, "seconds")}</td>
              <td>
                <bdi>{item.operator_name ?? item.operator ?? ""}</bdi>
              </td>
              <td>{item.closed_at == null ? words.alerts.open : outcomeOf(item.outcome ?? "")}</td>
              <td>
                <bdi>{item.cause}</bdi>
              </td>
              <td className={classes.number}>{item.activations}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
