// What people are called. Only administrators may read the list of users; others know those who stand in a rota's shifts.

import { useQuery } from "@tanstack/react-query";

import { body, client, type Schemas } from "../api/client.ts";
import { holds, useSignedIn } from "./session.ts";

export interface Person {
  id: string;
  name: string;
}

const NOBODY: readonly Schemas["User"][] = [];

/** All users who are there, for those who may read them; nobody for others. */
export function useUsers(): readonly Schemas["User"][] {
  const may = holds(useSignedIn(), "administrator");
  return useQuery({ queryKey: ["users", "all"], enabled: may, staleTime: 60_000, queryFn: allUsers }).data ?? NOBODY;
}

async function allUsers(): Promise<Schemas["User"][]> {
  const found: Schemas["User"][] = [];
  let cursor: string | null | undefined;
  do {
    const page = await body(client.GET("/api/v1/users", { params: { query: { limit: 500, ...(cursor == null ? {} : { cursor }) } } }));
    found.push(...page.items);
    cursor = page.next;
  } while (cursor != null);
  return found.filter((user) => user.archived_at == null);
}
