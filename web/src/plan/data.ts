// The plans that bear on a home, a person or a device, and the rules that say which settings there are.

import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";

import { body, client, type Schemas } from "../api/client.ts";
import { usePages } from "../lists/pages.tsx";
import type { Layer, Plan, Rule, Scope } from "./plan.ts";

/** Whose plan it is. */
export interface Whose {
  scope: Scope;
  id: string;
}

const KEY = "plans";
const at = (id: string) => ({ params: { path: { id } } });

async function allRules(): Promise<Rule[]> {
  const found: Rule[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await body(client.GET("/api/v1/rules", { params: { query: { limit: 500, ...(cursor == null ? {} : { cursor }) } } }));
    found.push(...page.items);
    cursor = page.next;
  } while (cursor != null);
  return found;
}

/** All rules in force that the reader may see; the pages of rules keep the same answer. */
export function useRules() {
  return useQuery({ queryKey: ["rules", "all"], queryFn: allRules, staleTime: 60_000 });
}

const read: Record<Scope, (id: string) => Promise<Plan>> = {
  device: (id) => body(client.GET("/api/v1/devices/{id}/plan", at(id))),
  resident: (id) => body(client.GET("/api/v1/residents/{id}/plan", at(id))),
  home: (id) => body(client.GET("/api/v1/homes/{id}/plan", at(id))),
  organisation: (id) => body(client.GET("/api/v1/organisations/{id}/plan", at(id))),
};

const key = ({ scope, id }: Whose) => [KEY, scope, id];

/** The plans of all of these, nearest first; not before every one of them is known. */
export function usePlans(whose: readonly Whose[]) {
  return useQueries({
    queries: whose.map((each) => ({ queryKey: key(each), queryFn: () => read[each.scope](each.id), refetchInterval: 60_000 })),
    combine: (answers) => ({
      layers: answers.flatMap(({ data }, n): Layer[] => (data === undefined ? [] : [{ scope: whose[n]?.scope ?? "home", plan: data }])),
      known: answers.every(({ data }) => data !== undefined),
      error: answers.find(({ error }) => error !== null)?.error ?? null,
    }),
  });
}

export function usePlanChange({ scope, id }: Whose) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Schemas["PlanChange"]) => put({ scope, id }, change),
    onSuccess: () => {
      // What the pages of homes show hangs on the plan.
      for (const key of [KEY, "homes", "home-state"]) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
}

function put({ scope, id }: Whose, change: Schemas["PlanChange"]): Promise<Plan> {
  const asked = { ...at(id), body: change };
  if (scope === "device") return body(client.PUT("/api/v1/devices/{id}/plan", asked));
  if (scope === "resident") return body(client.PUT("/api/v1/residents/{id}/plan", asked));
  if (scope === "home") return body(client.PUT("/api/v1/homes/{id}/plan", asked));
  return body(client.PUT("/api/v1/organisations/{id}/plan", asked));
}

export function usePlanVersions({ scope, id }: Whose) {
  const page = (cursor: { cursor?: string }) => ({ params: { path: { id }, query: { limit: 20, ...cursor } } });
  return usePages([...key({ scope, id }), "versions"], (cursor) => {
    if (scope === "device") return body(client.GET("/api/v1/devices/{id}/plan/versions", page(cursor)));
    if (scope === "resident") return body(client.GET("/api/v1/residents/{id}/plan/versions", page(cursor)));
    if (scope === "home") return body(client.GET("/api/v1/homes/{id}/plan/versions", page(cursor)));
    return body(client.GET("/api/v1/organisations/{id}/plan/versions", page(cursor)));
  });
}
