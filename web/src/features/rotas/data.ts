// What the pages of rotas ask of the server, and what they change there.

import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";

import { body, client, type Schemas } from "../../api/client.ts";
import { usePages } from "../../lists/pages.tsx";
import { type Person, useUsers } from "../../session/people.ts";
import { useSignedIn } from "../../session/session.ts";
import { now } from "../../time/clock.ts";

export type Rota = Schemas["Rota"];

const KEY = "rotas";
const DAY_MS = 86_400_000;

const at = (id: string) => ({ params: { path: { id } } });

export function useRotaList(archived: boolean) {
  return usePages([KEY, "list", archived], (cursor) => body(client.GET("/api/v1/rotas", { params: { query: { archived, limit: 100, ...cursor } } })), 60_000);
}

export function useRota(id: string) {
  return useQuery({ queryKey: [KEY, "one", id], queryFn: () => body(client.GET("/api/v1/rotas/{id}", at(id))), refetchInterval: 60_000 });
}

export function useOnCallNow(id: string) {
  return useQuery({ queryKey: [KEY, "now", id], queryFn: () => body(client.GET("/api/v1/rotas/{id}/now", at(id))), refetchInterval: 60_000 });
}

/** Shifts and gaps between two instants in ms, to the minute, so that asking again is the same question. */
function shiftsBetween(id: string, from: number, to: number) {
  const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  return {
    queryKey: [KEY, "shifts", id, query],
    queryFn: () => body(client.GET("/api/v1/rotas/{id}/shifts", { params: { path: { id }, query } })),
    refetchInterval: 60_000,
  };
}

export function useShifts(id: string, from: number, to: number) {
  return useQuery({ ...shiftsBetween(id, from, to), placeholderData: (before) => before });
}

/** The shifts of the next so many days; without a beginning the server takes its now. */
export function useComing(id: string, days: number) {
  return useQuery({
    queryKey: [KEY, "coming", id, days],
    queryFn: () => body(client.GET("/api/v1/rotas/{id}/shifts", { params: { path: { id }, query: { to: new Date(now() + days * DAY_MS).toISOString() } } })),
    refetchInterval: 60_000,
  });
}

/** Who may be named in rotas of an organisation, as far as the reader may know them: all its users for an administrator, otherwise those in its rotas, and oneself. */
export function usePeople(organisation: string): { people: Person[]; name: (id: string) => string } {
  const me = useSignedIn();
  const users = useUsers();
  const rotas = useRotaList(true).items.filter((rota) => rota.organisation === organisation);
  const today = Math.floor(now() / DAY_MS) * DAY_MS;
  const named = useQueries({
    queries: rotas.map((rota) => ({ ...shiftsBetween(rota.id, today - 60 * DAY_MS, today + 120 * DAY_MS), refetchInterval: false as const, staleTime: 300_000 })),
    combine: (answers) => answers.flatMap((answer) => answer.data?.shifts ?? []),
  });
  const known = new Map<string, string>(named.map((shift) => [shift.person, shift.name]));
  for (const user of users) if (user.grants.some((grant) => grant.organisation == null || grant.organisation === organisation)) known.set(user.id, user.name);
  if (me.kind === "user") known.set(me.id, me.name);
  const people = [...known].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
  return { people, name: (id) => known.get(id) ?? users.find((user) => user.id === id)?.name ?? id };
}

export function useVersions(id: string) {
  return usePages([KEY, "versions", id], (cursor) => body(client.GET("/api/v1/rotas/{id}/versions", { params: { path: { id }, query: { limit: 10, ...cursor } } })));
}

/** Whatever changes a rota makes all that is known of rotas be read anew. */
export function useRotaChange<T, A>(send: (asked: A) => Promise<T>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: send, onSuccess: () => void queries.invalidateQueries({ queryKey: [KEY] }) });
}

export const send = {
  add: (made: Schemas["NewRota"]) => body(client.POST("/api/v1/rotas", { body: made })),
  change: (id: string, patch: Schemas["RotaPatch"]) => body(client.PATCH("/api/v1/rotas/{id}", { ...at(id), body: patch })),
  override: (id: string, made: Schemas["NewOverride"]) => body(client.POST("/api/v1/rotas/{id}/overrides", { ...at(id), body: made })),
  withdraw: (id: string, n: number) => body(client.DELETE("/api/v1/rotas/{id}/overrides/{n}", { params: { path: { id, n } } })),
  swap: (id: string, made: Schemas["Swap"]) => body(client.POST("/api/v1/rotas/{id}/swaps", { ...at(id), body: made })),
};
