// What a case consists of, each part asked for by itself so that none waits for another.

import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { type Alert, body, client, type Schemas } from "../../api/client.ts";
import { useLive, usePicture } from "../../stream/context.tsx";
import { now } from "../../time/clock.ts";

export type Case = Schemas["AlertWhole"];
const DAY_MS = 86_400_000;
/** So many pages of events are drawn at most. */
const PAGES = 4;

/** The case, read again whenever the stream tells of a newer version. */
export function useCase(id: string) {
  const queries = useQueryClient();
  const told = usePicture().board.get(id)?.version;
  const asked = useQuery({
    queryKey: ["case", id],
    queryFn: () => body(client.GET("/api/v1/alerts/{id}", { params: { path: { id } } })),
    refetchInterval: 30_000,
  });
  const known = asked.data?.version;
  useEffect(() => {
    // What the stream no longer has may have been closed by another.
    if (known !== undefined && told !== known) void queries.invalidateQueries({ queryKey: ["case", id] });
  }, [told, known, id, queries]);
  return asked;
}

export function useHome(id: string | null | undefined) {
  return useQuery({ queryKey: ["home", id], enabled: id != null, queryFn: () => body(client.GET("/api/v1/homes/{id}", { params: { path: { id: id ?? "" } } })) });
}

export function useResidents(ids: readonly string[]) {
  return useQueries({
    queries: ids.map((id) => ({ queryKey: ["resident", id], queryFn: () => body(client.GET("/api/v1/residents/{id}", { params: { path: { id } } })) })),
    combine: (answers) => answers.flatMap((answer) => (answer.data === undefined ? [] : [answer.data])),
  });
}

export function useHomeState(id: string | null | undefined) {
  return useQuery({
    queryKey: ["home-state", id],
    enabled: id != null,
    queryFn: () => body(client.GET("/api/v1/homes/{id}/state", { params: { path: { id: id ?? "" } } })),
    refetchInterval: 15_000,
  });
}

/** The events of the last day, newest first. */
export function useDay(id: string | null | undefined) {
  return useQuery({
    queryKey: ["home-day", id],
    enabled: id != null,
    refetchInterval: 60_000,
    queryFn: async () => {
      const from = new Date(now() - DAY_MS).toISOString();
      const events: Schemas["Event"][] = [];
      let cursor: string | undefined;
      for (let page = 0; page < PAGES; page += 1) {
        const answer = await body(
          client.GET("/api/v1/homes/{id}/events", { params: { path: { id: id ?? "" }, query: { from, limit: 500, ...(cursor === undefined ? {} : { cursor }) } } }),
        );
        events.push(...answer.items);
        if (answer.next == null) return { events, more: false };
        cursor = answer.next;
      }
      return { events, more: true };
    },
  });
}

/** What rules are called; a rule that is not known keeps its id. */
export function useRuleTitles(): (id: string) => string {
  const asked = useQuery({
    queryKey: ["rule-titles"],
    staleTime: 600_000,
    queryFn: async () => {
      const titles = new Map<string, string>();
      let cursor: string | null | undefined;
      do {
        const page = await body(client.GET("/api/v1/rules", { params: { query: { limit: 500, ...(cursor == null ? {} : { cursor }) } } }));
        for (const rule of page.items) titles.set(rule.id, rule.title);
        cursor = page.next;
      } while (cursor != null);
      return titles;
    },
  });
  return (id) => asked.data?.get(id) ?? id;
}

export function useOutcomes(queue: Alert["queue"]) {
  return useQuery({ queryKey: ["outcomes", queue], staleTime: 600_000, queryFn: () => body(client.GET("/api/v1/outcomes", { params: { query: { queue } } })) });
}

export function useRotas(organisation: string, wanted: boolean) {
  return useQuery({
    queryKey: ["rotas", organisation],
    enabled: wanted,
    queryFn: () => body(client.GET("/api/v1/rotas", { params: { query: { organisation, limit: 200 } } })),
  });
}

export function useOnCall(rota: string | null) {
  return useQuery({
    queryKey: ["on-call", rota],
    enabled: rota !== null,
    queryFn: () => body(client.GET("/api/v1/rotas/{id}/now", { params: { path: { id: rota ?? "" } } })),
  });
}

/** Something done to the case. An alert that is answered goes into the live picture, by which `useCase` reads the case again; after anything else it is read here. */
export function useDo<T>(id: string, ask: (input: T) => Promise<unknown>) {
  const queries = useQueryClient();
  const live = useLive();
  return useMutation({
    mutationFn: ask,
    onSuccess: async (answer) => {
      if (isAlert(answer)) live.take(answer);
      else await queries.invalidateQueries({ queryKey: ["case", id] });
    },
  });
}

function isAlert(answer: unknown): answer is Alert {
  return typeof answer === "object" && answer !== null && "rule" in answer && "version" in answer;
}
