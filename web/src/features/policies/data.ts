// What the page of policies asks of the server, and what it changes there.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { body, client, type Schemas } from "../../api/client.ts";
import { usePages } from "../../lists/pages.tsx";
import { all, useAllRotas, usePeople } from "../../session/people.ts";

const KEY = "policies";

export function usePolicies(archived: boolean) {
  return usePages([KEY, archived], (cursor) => body(client.GET("/api/v1/escalation-policies", { params: { query: { archived, limit: 100, ...cursor } } })), 60_000);
}

export function usePolicyChange<T, A>(send: (asked: A) => Promise<T>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: send, onSuccess: () => void queries.invalidateQueries({ queryKey: [KEY] }) });
}

export const send = {
  add: (made: Schemas["NewPolicy"]) => body(client.POST("/api/v1/escalation-policies", { body: made })),
  change: (id: string, patch: Schemas["PolicyPatch"]) => body(client.PATCH("/api/v1/escalation-policies/{id}", { params: { path: { id } }, body: patch })),
};

interface Named {
  id: string;
  name: string;
}

/** Whom the steps of a policy can name, as far as the reader may know them. */
export interface Known {
  people: readonly Named[];
  rotas: readonly Named[];
  webhooks: readonly Named[];
  person: (id: string) => string;
  rota: (id: string) => string;
  webhook: (id: string) => string;
}

export function useKnown(organisation: string | null): Known {
  const read = () => all((query) => body(client.GET("/api/v1/webhooks/names", { params: { query: { archived: true, ...query } } })));
  const webhooks = useQuery({ queryKey: ["webhooks", "named"], staleTime: 60_000, queryFn: read }).data ?? [];
  const { people, name } = usePeople(organisation);
  const here = (each: { organisation: string; archived_at?: string | null }) => each.archived_at == null && (organisation === null || each.organisation === organisation);
  const rotas = useAllRotas();
  return {
    people,
    rotas: rotas.filter(here),
    webhooks: webhooks.filter(here),
    person: name,
    rota: (id) => rotas.find((each) => each.id === id)?.name ?? id,
    webhook: (id) => webhooks.find((each) => each.id === id)?.name ?? id,
  };
}
