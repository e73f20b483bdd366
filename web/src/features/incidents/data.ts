// What the pages of incidents ask of the server, and what is done there.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { body, client, type Schemas } from "../../api/client.ts";
import { usePages } from "../../lists/pages.tsx";

export type Incident = Schemas["Incident"];
export type Whole = Schemas["IncidentWhole"];
export type Entry = Schemas["WelfareEntry"];
export type State = "open" | "closed" | "all";

export function useIncidents(state: State) {
  return usePages(["incidents", state], (cursor) => body(client.GET("/api/v1/incidents", { params: { query: { state, limit: 100, ...cursor } } })), 15_000);
}

export function useNotices() {
  return usePages(["notices", "all"], (cursor) => body(client.GET("/api/v1/notices", { params: { query: { limit: 20, ...cursor } } })), 60_000);
}

const key = (id: string) => ["incidents", "one", id];

/** Read again and again: several people work through one list. */
export function useIncident(id: string) {
  return useQuery({ queryKey: key(id), refetchInterval: 5000, queryFn: () => body(client.GET("/api/v1/incidents/{id}", { params: { path: { id } } })) });
}

/** A home was looked after; the list as it stands then comes back. */
export function useCheck(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (made: Schemas["NewCheck"]) => body(client.POST("/api/v1/incidents/{id}/checks", { params: { path: { id } }, body: made })),
    onSuccess: (whole) => queries.setQueryData(key(id), whole),
  });
}

export function useClose(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (made: Schemas["BulkClosing"]) => body(client.POST("/api/v1/incidents/{id}/close", { params: { path: { id } }, body: made })),
    onSuccess: (answer) => queries.setQueryData(key(id), answer.incident),
  });
}

export function useOutcomes() {
  return useQuery({ queryKey: ["outcomes", "technical"], staleTime: 600_000, queryFn: () => body(client.GET("/api/v1/outcomes", { params: { query: { queue: "technical" } } })) });
}

