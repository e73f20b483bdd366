// Grants: a role, and where it holds. Who may give which, and as people read them.

import type { Schemas } from "../../api/client.ts";
import type { Me, Role } from "../../session/session.ts";
import { accessWords as words } from "../../text/en.ts";

export type Grant = Schemas["Grant"];

export const ROLES: readonly Role[] = ["administrator", "manager", "operator", "responder", "viewer", "system"];
/** A person is not another system. */
export const ROLES_OF_PEOPLE = ROLES.filter((role) => role !== "system");

interface Named {
  id: string;
  name: string;
}

/** Where somebody may give roles: "" stands for every organisation. */
export function placesToGive(me: Me, organisations: readonly Named[]): Named[] {
  const held = me.grants.filter((grant) => grant.role === "administrator");
  if (held.some((grant) => grant.organisation == null)) return [...organisations, { id: "", name: words.everywhere }];
  return organisations.filter(({ id }) => held.some((grant) => grant.organisation === id));
}

/** `Operator, Borough telecare`. */
export function inWords(grant: Grant, organisations: readonly Named[]): string {
  const place = grant.organisation == null ? words.everywhere : (organisations.find((each) => each.id === grant.organisation)?.name ?? grant.organisation);
  return words.grant(words.roles[grant.role], place);
}

/** Whether somebody or something may do anything there; "" for anywhere. A grant in every organisation holds in each. */
export function holdsIn(grants: readonly Grant[], organisation: string): boolean {
  return organisation === "" || grants.some((grant) => grant.organisation == null || grant.organisation === organisation);
}

/** Whether all words typed stand in what is said of it. */
export function fits(said: string, typed: string): boolean {
  const known = said.toLowerCase();
  return typed.toLowerCase().split(/\s+/).every((word) => known.includes(word));
}
