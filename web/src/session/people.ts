// What people are called. Only administrators may read the list of users; others know those who stand in the shifts of rotas that they may see, and themselves.

import { useQueries, useQuery } from "@tanstack/react-query";

import { body, client, type Schemas } from "../api/client.ts";
import { now } from "../time/clock.ts";
import { holds, useSignedIn } from "./session.ts";

export interface Person {
  id: string;
  name: string;
}

const DAY_MS = 86_400_000;
const PAGE = 500;

interface Page<T> {
  items: T[];
  next?: string | null;
}

async function all<T>(read: (query: { limit: number; cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await read({ limit: PAGE, ...(cursor == null ? {} : { cursor }) });
    found.push(...page.items);
    cursor = page.next;
  } while (cursor != null);
  return found;
}

/** All users who are not archived, for those who may read them; nobody for others. */
function useUsers(): readonly Schemas["User"][] {
  const may = holds(useSignedIn(), "administrator");
  const read = () => all((query) => body(client.GET("/api/v1/users", { params: { query } })));
  const asked = useQuery({ queryKey: ["users", "all"], enabled: may, staleTime: 60_000, queryFn: read });
  return (asked.data ?? []).filter((user) => user.archived_at == null);
}

/** Every rota that the reader may see, archived ones too: what a form offers, and whose shifts name people. */
export function useAllRotas(): readonly Schemas["Rota"][] {
  const read = () => all((query) => body(client.GET("/api/v1/rotas", { params: { query: { archived: true, ...query } } })));
  return useQuery({ queryKey: ["rotas", "named"], queryFn: read, staleTime: 60_000 }).data ?? [];
}

async function shifts(id: string): Promise<Schemas["NamedShift"][]> {
  const today = Math.floor(now() / DAY_MS) * DAY_MS;
  const query = { from: new Date(today - 60 * DAY_MS).toISOString(), to: new Date(today + 120 * DAY_MS).toISOString() };
  return (await body(client.GET("/api/v1/rotas/{id}/shifts", { params: { path: { id }, query } }))).shifts;
}

/** Who may be named in an organisation (anywhere for null), as far as the reader may know them. */
export function usePeople(organisation: string | null): { people: Person[]; name: (id: string) => string } {
  const me = useSignedIn();
  const users = useUsers();
  const rotas = useAllRotas().filter((rota) => organisation === null || rota.organisation === organisation);
  const named = useQueries({
    queries: rotas.map((rota) => ({ queryKey: ["rotas", "people", rota.id], queryFn: () => shifts(rota.id), staleTime: 300_000 })),
    combine: (answers) => answers.flatMap((answer) => answer.data ?? []),
  });
  const known = new Map(named.map((shift) => [shift.person, shift.name]));
  const here = (user: Schemas["User"]) => organisation === null || user.grants.some((grant) => grant.organisation == null || grant.organisation === organisation);
  for (const user of users) if (here(user)) known.set(user.id, user.name);
  if (me.kind === "user") known.set(me.id, me.name);
  const people = [...known].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
  return { people, name: (id) => known.get(id) ?? users.find((user) => user.id === id)?.name ?? id };
}
