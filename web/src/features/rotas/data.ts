// What the pages of rotas ask of the server, and what they change there.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { body, client, type Schemas } from "../../api/client.ts";
import { usePages } from "../../lists/pages.tsx";
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

/** Shifts and gaps between two instants in ms. */
export function useShifts(id: string, from: number, to: number) {
  const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  return useQuery({
    queryKey: [KEY, "shifts", id, query],
    queryFn: () => body(client.GET("/api/v1/rotas/{id}/shifts", { params: { path: { id }, query } })),
    refetchInterval: 60_000,
    placeholderData: (before) => before,
  });
}

/** The shifts of the next so many days; without a beginning the server takes its now. */
export function useComing(id: string, days: number) {
  return useQuery({
    queryKey: [KEY, "coming", id, days],
    queryFn: () => body(client.GET("/api/v1/rotas/{id}/shifts", { params: { path: { id }, query: { to: new Date(now() + days * DAY_MS).toISOString() } } })),
    refetchInterval: 60_000,
  });
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
