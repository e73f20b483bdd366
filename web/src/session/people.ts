// The people of an organisation, as their colleagues know them: names and roles. Whom a rota, a policy or a case may name.

import { useQuery } from "@tanstack/react-query";

import { body, client, type Schemas } from "../api/client.ts";
import type { Role } from "./session.ts";

export type Person = Schemas["Person"];

const PAGE = 500;
const FRESH_MS = 60_000;
const NOBODY: readonly Person[] = [];

interface Page<T> {
  items: T[];
  next?: string | null;
}

/** Every item of a list, page after page. */
export async function all<T>(read: (query: { limit: number; cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await read({ limit: PAGE, ...(cursor == null ? {} : { cursor }) });
    found.push(...page.items);
    cursor = page.next;
  } while (cursor != null);
  return found;
}

/** Every rota that the reader may see, archived ones too: what a form offers, and what a policy may name. */
export function useAllRotas(): readonly Schemas["Rota"][] {
  const read = () => all((query) => body(client.GET("/api/v1/rotas", { params: { query: { archived: true, ...query } } })));
  return useQuery({ queryKey: ["rotas", "named"], queryFn: read, staleTime: FRESH_MS }).data ?? [];
}

/** Who may be named in an organisation (anywhere for null), with this role if one is asked for; and what people are called, those who have gone too. */
export function usePeople(organisation: string | null, role?: Role): { people: readonly Person[]; name: (id: string) => string } {
  const where = organisation === null || organisation === "" ? {} : { organisation };
  const read = () => all((query) => body(client.GET("/api/v1/people", { params: { query: { archived: true, ...where, ...query } } })));
  const known = useQuery({ queryKey: ["people", where], queryFn: read, staleTime: FRESH_MS }).data ?? NOBODY;
  const people = known.filter((person) => person.archived_at == null && (role === undefined || person.roles.includes(role)));
  return { people: people.sort((a, b) => a.name.localeCompare(b.name)), name: (id) => known.find((person) => person.id === id)?.name ?? id };
}
