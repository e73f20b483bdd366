// What the pages of the reports ask of the server.

import { useQuery } from "@tanstack/react-query";

import { body, client, type Schemas } from "../../api/client.ts";
import { usePages } from "../../lists/pages.tsx";
import { useOrganisations } from "../../places/organisations.ts";
import { now } from "../../time/clock.ts";
import { dayOf } from "../../time/zone.ts";
import { type Days, daysOf, type ReportSearch, zoneOf } from "./period.ts";

export type Name = Schemas["Name"];

export const NAMES: readonly Name[] = ["response-times", "activations", "outcomes", "attendance", "device-health", "false-alarms", "take-up", "workload", "social-value"];

export const nameIn = (text: string): Name | null => NAMES.find((name) => name === text) ?? null;

/** What is asked by an address: its days, and on which calendar. */
export function useAsked(search: ReportSearch): { days: Days | null; zone: string; today: string } {
  const zone = zoneOf(useOrganisations(), search.organisation);
  const today = dayOf(now(), zone);
  return { days: daysOf(search, today), zone, today };
}

interface Question extends Partial<Days> {
  organisation?: string;
}

export function question(days: Days, organisation: string | undefined): Question {
  return { ...days, ...(organisation === undefined ? {} : { organisation }) };
}

async function read(name: Name, query: Question): Promise<Schemas["ReportBody"]> {
  // The same address writes CSV and XLSX too; nobody asks it for these here.
  return (await body(client.GET("/api/v1/reports/{name}", { params: { path: { name }, query } }))) as Schemas["ReportBody"];
}

export function useReport(name: Name, days: Days | null, organisation: string | undefined) {
  const query = days === null ? {} : question(days, organisation);
  return useQuery({
    queryKey: ["reports", name, query],
    enabled: days !== null,
    // A report is of the moment at which it was made: it changes when somebody asks for it anew.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    queryFn: () => read(name, query),
  });
}

/** A report of a single minute: it tells what figures mean and which tables there are. */
function useSmallest(name: Name): Schemas["ReportBody"] | undefined {
  const ofAMinute = () => {
    const minute = Math.floor(now() / 60_000) * 60_000;
    return read(name, { from: new Date(minute - 60_000).toISOString(), to: new Date(minute).toISOString() });
  };
  return useQuery({ queryKey: ["reports", name, "smallest"], staleTime: Infinity, queryFn: ofAMinute }).data;
}

export function useDefinitions(name: Name): readonly Schemas["Definition"][] {
  return useSmallest(name)?.definitions ?? [];
}

export function useTables(name: Name): readonly { id: string; title: string }[] {
  return useSmallest(name)?.tables ?? [];
}

/** By what a row of a report finds its alerts. */
export const KEYS = ["organisation", "month", "hour", "weekday", "rule", "kind", "model", "home", "lane", "outcome", "operator", "owner", "age"] as const;

export type Drill = { figure?: string; from?: string; to?: string } & { [key in (typeof KEYS)[number]]?: string };

/** The question for the alerts of a row, from the address that the report gives it. */
export function drillOf(address: unknown, figure: string): Drill | null {
  if (typeof address !== "string") return null;
  const asked = new URLSearchParams(address.slice(address.indexOf("?") + 1));
  return Object.fromEntries([...asked, ["figure", figure]]);
}

export function useCounted(name: Name, drill: Drill) {
  return usePages(["reports", name, "alerts", drill], (cursor) => body(client.GET("/api/v1/reports/{name}/alerts", { params: { path: { name }, query: { limit: 200, ...drill, ...cursor } } })));
}

/** What an organisation is called; the id where it is not known, and the words for those that may not be. */
export function useNameOf(all: string, other: string): (id: string) => string {
  const organisations = useOrganisations();
  return (id) => (id === "*" ? all : id === "other" ? other : (organisations.find((each) => each.id === id)?.name ?? id));
}

/** Outcomes in the words of the service's own list; the code where it is not in it any more. */
export function useOutcomeTitles(): (outcome: string) => string {
  const asked = useQuery({ queryKey: ["outcomes", "all"], staleTime: 300_000, queryFn: () => body(client.GET("/api/v1/outcomes")) });
  return (outcome) => asked.data?.items.find((each) => each.id === outcome)?.title ?? outcome;
}
