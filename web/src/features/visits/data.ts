// The visits that the reader may see, and each whole. What was read stays while there is no network; a visit is read anew when the list tells of a newer version.

import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { body, client, Refusal, type Schemas } from "../../api/client.ts";
import { now } from "../../time/clock.ts";
import { inOrder, isOpen, newer, type Visit } from "./stage.ts";

export type Whole = Schemas["VisitWhole"];

const LIST_MS = 10_000;
/** The list is this old before it is called old: two tries have failed. */
export const OLD_MS = 30_000;

/** Every open visit that the reader may see, and how fresh the picture is. */
export function useVisits() {
  const asked = useQuery({
    queryKey: ["visits"],
    refetchInterval: LIST_MS,
    gcTime: Number.POSITIVE_INFINITY,
    queryFn: async () => ({ items: (await body(client.GET("/api/v1/visits", { params: { query: { limit: 500 } } }))).items, at: now() }),
  });
  return { ...asked, visits: inOrder(asked.data?.items ?? []) };
}

const whole = (id: string) => ({
  queryKey: ["visit", id],
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
  queryFn: () => body(client.GET("/api/v1/visits/{id}", { params: { path: { id } } })),
});

/** Reads again what the list knows a newer version of. */
function useNewest(told: readonly Visit[]): void {
  const queries = useQueryClient();
  const versions = told.map((visit) => `${visit.id} ${visit.version}`).join("\n");
  useEffect(() => {
    for (const line of versions === "" ? [] : versions.split("\n")) {
      const [id = "", version = ""] = line.split(" ");
      const known = queries.getQueryData<Whole>(["visit", id]);
      if (known !== undefined && known.version < Number(version)) void queries.invalidateQueries({ queryKey: ["visit", id] });
    }
  }, [versions, queries]);
}

/** What is known of a visit: its brief, and where it stands by the newer of the two pictures. */
function merged(listed: Visit | undefined, known: Whole | undefined): (Visit & Partial<Whole>) | undefined {
  if (listed === undefined || known === undefined) return known ?? listed;
  return { ...known, ...newer<Visit, Visit>(listed, known) };
}

/** The whole of each of one's own open visits: read at once, so that the brief is there when the network is not. */
export function useOwn(visits: readonly Visit[], me: string): (Visit & Partial<Whole>)[] {
  const own = visits.filter((visit) => visit.responder?.id === me && isOpen(visit.state));
  useNewest(own);
  const wholes = useQueries({ queries: own.map((visit) => whole(visit.id)), combine: (answers) => answers.map((answer) => answer.data) });
  return own.map((visit, n) => merged(visit, wholes[n]) ?? visit);
}

export function useVisit(id: string, list: ReturnType<typeof useVisits>) {
  const queries = useQueryClient();
  const asked = useQuery(whole(id));
  const listed = list.visits.find((visit) => visit.id === id);
  useNewest(listed === undefined ? [] : [listed]);
  const known = asked.data;
  // The list has open visits only: what it lacks is over, or somebody else's.
  const missing = list.data !== undefined && listed === undefined && known !== undefined && isOpen(known.state);
  useEffect(() => {
    if (missing) void queries.invalidateQueries({ queryKey: ["visit", id] });
  }, [missing, list.dataUpdatedAt, id, queries]);
  const gone = asked.error instanceof Refusal && asked.error.status === 404;
  return { asked, gone, visit: gone ? undefined : merged(listed, known) };
}
