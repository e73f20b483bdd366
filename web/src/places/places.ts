// What homes are called, asked for together and kept: an alert names its home by its id only.

import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";

import { body, client, type Schemas } from "../api/client.ts";
import { now, useTick } from "../time/clock.ts";

export type Place = Schemas["HomeSummary"];

/** One entry for all homes, watched once: five hundred alerts must not make five hundred watchers. */
const KEY = ["places"];
const AT_ONCE = 150;
const FRESH_MS = 300_000;
const AGAIN_MS = 3000;
/** A screen stays on for weeks: what was asked for longest ago is forgotten. */
const KEPT = 5000;

type Known = ReadonlyMap<string, { place: Place | null; at: number }>;
const NONE: Known = new Map();

const asking = new Set<string>();
let gathered: Set<string> | null = null;

/** Homes that are asked for in the same moment come in one answer. */
function ask(queries: QueryClient, ids: readonly string[]): void {
  const known = queries.getQueryData<Known>(KEY) ?? NONE;
  const fresh = now() - FRESH_MS;
  for (const id of ids) {
    if (asking.has(id) || (known.get(id)?.at ?? 0) > fresh) continue;
    asking.add(id);
    if (gathered === null || gathered.size >= AT_ONCE) {
      const batch = (gathered = new Set());
      setTimeout(() => {
        if (gathered === batch) gathered = null;
        void read(queries, [...batch]);
      }, 20);
    }
    gathered.add(id);
  }
}

async function read(queries: QueryClient, ids: string[]): Promise<void> {
  try {
    const page = await body(client.GET("/api/v1/homes", { params: { query: { ids: ids.join(","), archived: true, limit: 200 } } }));
    const found = new Map(page.items.map((place) => [place.id, place]));
    const at = now();
    queries.setQueryData<Known>(KEY, (old = NONE) => {
      const next = new Map(old);
      for (const id of ids) {
        next.delete(id);
        next.set(id, { place: found.get(id) ?? null, at });
      }
      for (const id of next.keys()) {
        if (next.size <= KEPT) break;
        next.delete(id);
      }
      return next;
    });
    for (const id of ids) asking.delete(id);
  } catch {
    // Out of reach: what is known stays, and the rest is asked for again.
    setTimeout(() => {
      for (const id of ids) asking.delete(id);
      if (queries.getQueryData(["me"]) != null) ask(queries, ids);
    }, AGAIN_MS);
  }
}

/** Something about homes was changed: what is shown is asked for again, and what was known stands until then. */
export function renewPlaces(queries: QueryClient): void {
  queries.setQueryData<Known>(KEY, (old = NONE) => new Map([...old].map(([id, { place }]) => [id, { place, at: 0 }])));
}

/** The homes of these ids, as far as they are known; the same function until more is known. */
export function usePlaces(ids: readonly string[]): (id: string | null | undefined) => Place | null {
  const queries = useQueryClient();
  const known = useQuery<Known>({ queryKey: KEY, queryFn: () => NONE, enabled: false, initialData: NONE, staleTime: Infinity, gcTime: Infinity }).data;
  const minute = useTick((at) => Math.floor(at / 60_000));
  useEffect(() => ask(queries, ids), [queries, ids, minute, known]);
  return useCallback((id) => (id == null ? null : (known.get(id)?.place ?? null)), [known]);
}
