// What the people and things of the trail are called, as far as it is known.

import { useQuery } from "@tanstack/react-query";

import { body, client, type Schemas } from "../../api/client.ts";
import { useOrganisations } from "../../places/organisations.ts";
import { usePlaces } from "../../places/places.ts";
import { all } from "../../session/people.ts";

type Entry = Schemas["AuditRecord"];

interface Named {
  id: string;
  name: string;
}

/** Users and tokens, those who have gone too: what they did stays. */
export function useActors(): Named[] {
  const users = useQuery({ queryKey: ["users", "all", true], queryFn: () => all((query) => body(client.GET("/api/v1/users", { params: { query: { archived: true, ...query } } }))) });
  const tokens = useQuery({ queryKey: ["tokens", true], queryFn: () => all((query) => body(client.GET("/api/v1/tokens", { params: { query: { archived: true, ...query } } }))) });
  return [...(users.data ?? []), ...(tokens.data ?? [])].map(({ id, name }) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
}

/** The name that an entry itself gives to what it is about. */
export function nameIn(detail: unknown): string | null {
  if (typeof detail !== "object" || detail === null) return null;
  const { name, after } = detail as { name?: unknown; after?: unknown };
  if (typeof name === "string" && name !== "") return name;
  return after === undefined ? null : nameIn(after);
}

/** What each entry is about: by name where one is known, otherwise by its id. */
export function useObjectNames(entries: readonly Entry[]): (entry: Entry) => string {
  const organisations = useOrganisations();
  const actors = useActors();
  const place = usePlaces(entries.filter((entry) => entry.object_kind.startsWith("home")).map((entry) => entry.object_id));
  return ({ object_id, detail }) => nameIn(detail) ?? place(object_id)?.name ?? [...actors, ...organisations].find(({ id }) => id === object_id)?.name ?? object_id;
}
