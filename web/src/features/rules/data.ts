// What the pages of the rules ask of the server, and what they change there.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { body, client, type Schemas } from "../../api/client.ts";
import { usePages } from "../../lists/pages.tsx";
import { type Me, useSignedIn } from "../../session/session.ts";
import type { Rule } from "./grouping.ts";
import type { WrittenRule } from "./written.ts";

const KEY = "rules";

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

/** All rules in force that the reader may see. */
export function useRules() {
  return useQuery({ queryKey: [KEY, "all"], queryFn: allRules, refetchInterval: 60_000 });
}

/** One rule, the version that `organisation` has of it where one is named. */
export function useRule(id: string, organisation: string) {
  const query = organisation === "" ? {} : { organisation };
  return useQuery({ queryKey: [KEY, "one", id, organisation], enabled: id !== "", queryFn: () => body(client.GET("/api/v1/rules/{id}", { params: { path: { id }, query } })) });
}

export function useRevisions() {
  return usePages([KEY, "revisions"], (cursor) => body(client.GET("/api/v1/rules/revisions", { params: { query: { limit: 50, ...cursor } } })));
}

/** A revision with its rules, and how it differs from another. */
export function useRevision(revision: number, against: number | null) {
  const query = against === null ? {} : { against };
  return useQuery({
    queryKey: [KEY, "revision", revision, against],
    queryFn: () => body(client.GET("/api/v1/rules/revisions/{n}", { params: { path: { n: revision }, query } })),
    placeholderData: (before) => before,
  });
}

/** Whatever changes the rules makes everything about them be read anew. */
function useChange<T, A>(send: (asked: A) => Promise<T>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: send, onSuccess: () => void queries.invalidateQueries({ queryKey: [KEY] }) });
}

interface Change {
  rule: WrittenRule;
  reason: string;
  base: number | null;
}

export function useProposal(id: string) {
  // The server's type of a whole rule is open; what it is not it says itself.
  return useChange((change: Change) => body(client.PUT("/api/v1/rules/{id}", { params: { path: { id } }, body: { ...change, activate: false } })));
}

export function useRemoval(id: string, organisation: string) {
  return useChange((reason: string) => body(client.DELETE("/api/v1/rules/{id}", { params: { path: { id }, query: { reason, ...(organisation === "" ? {} : { organisation }) } } })));
}

export function useActivation() {
  return useChange((wanted: Schemas["ActivateRules"]) => body(client.POST("/api/v1/rules/activate", { body: wanted })));
}

/** Whose rules somebody may change: "" stands for those of every organisation, which is for those who look after all. */
export function changeable(me: Me, organisations: readonly { id: string }[]): string[] {
  const grants = me.grants.filter((grant) => grant.role === "administrator" || grant.role === "manager");
  if (grants.some((grant) => grant.organisation == null)) return ["", ...organisations.map((each) => each.id)];
  return grants.flatMap((grant) => grant.organisation ?? []);
}

export function useChangeable(organisations: readonly { id: string }[]): string[] {
  return changeable(useSignedIn(), organisations);
}
