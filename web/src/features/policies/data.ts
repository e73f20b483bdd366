// What the page of policies asks of the server, and what it changes there.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { body, client, type Schemas } from "../../api/client.ts";
import { usePages } from "../../lists/pages.tsx";
import { type Person, useAllRotas, usePeople } from "../../session/people.ts";
import { holds, useSignedIn } from "../../session/session.ts";

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

/** Whom the steps of a policy can name, as far as the reader may know them: webhooks are read by administrators only. */
export interface Known {
  people: readonly Person[];
  rotas: readonly Person[];
  webhooks: readonly Person[];
  person: (id: string) => string;
  rota: (id: string) => string;
  webhook: (id: string) => string;
}

export function useKnown(organisation: string | null): Known {
  const may = holds(useSignedIn(), "administrator");
  const asked = useQuery({ queryKey: ["webhooks", "named"], enabled: may, staleTime: 60_000, queryFn: () => body(client.GET("/api/v1/webhooks", { params: { query: { limit: 500 } } })) });
  const { people, name } = usePeople(organisation);
  const here = (each: { organisation: string; archived_at?: string | null }) => each.archived_at == null && (organisation === null || each.organisation === organisation);
  const rotas = useAllRotas();
  const webhooks = asked.data?.items ?? [];
  return {
    people,
    rotas: rotas.filter(here),
    webhooks: webhooks.filter(here),
    person: name,
    rota: (id) => rotas.find((each) => each.id === id)?.name ?? id,
    webhook: (id) => webhooks.find((each) => each.id === id)?.name ?? id,
  };
}
