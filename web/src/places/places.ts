// What homes are called, asked for together and kept: an alert names its home by its id only.

import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { body, client, type Schemas } from "../api/client.ts";

export type Place = Schemas["HomeSummary"];

let asked: { ids: Set<string>; answer: Promise<Map<string, Place>> } | null = null;
const AT_ONCE = 150;

/** One request for all homes that are asked for in the same moment. */
function ask(id: string): Promise<Place | null> {
  if (asked === null || asked.ids.size >= AT_ONCE) {
    const ids = new Set<string>();
    const answer = new Promise<void>((resolve) => setTimeout(resolve, 20)).then(async () => {
      if (asked?.ids === ids) asked = null;
      const page = await body(client.GET("/api/v1/homes", { params: { query: { ids: [...ids].join(","), archived: true, limit: 200 } } }));
      return new Map(page.items.map((place) => [place.id, place]));
    });
    asked = { ids, answer };
  }
  asked.ids.add(id);
  return asked.answer.then((places) => places.get(id) ?? null);
}

/** The homes of these ids, as far as they are known. */
export function usePlaces(ids: readonly string[]): (id: string | null | undefined) => Place | null {
  const queries = useQueryClient();
  const wanted = useMemo(() => [...new Set(ids)], [ids]);
  useQueries({ queries: wanted.map((id) => ({ queryKey: ["place", id], queryFn: () => ask(id), staleTime: 300_000, subscribed: true })) });
  return (id) => (id == null ? null : (queries.getQueryData<Place | null>(["place", id]) ?? null));
}
