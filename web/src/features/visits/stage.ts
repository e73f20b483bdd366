// Where a visit stands for whoever goes there: as the server says, with what was pressed since and is not sent yet.

import type { Schemas } from "../../api/client.ts";
import type { Step, Waiting } from "../../outbox/outbox.ts";

export type Visit = Schemas["Visit"];
export type Stage = Visit["state"] | "declined";

const TO: Record<Step, Stage> = { accept: "accepted", decline: "declined", "en-route": "en_route", arrived: "arrived", complete: "completed" };

/** What can be pressed at each stage: first what comes next. */
const NEXT: Record<Stage, readonly Step[]> = {
  offered: ["accept", "decline"],
  accepted: ["en-route", "decline"],
  en_route: ["arrived", "decline"],
  arrived: ["complete"],
  completed: [],
  unfilled: [],
  cancelled: [],
  declined: [],
};

export const isOpen = (stage: Stage): boolean => NEXT[stage].length > 0;

/** The stage with what waits to be sent; `ahead` when something does. */
export function standing(visit: Visit, waiting: readonly Waiting[]): { stage: Stage; ahead: boolean; since: number | null } {
  let stage: Stage = visit.state;
  let since: number | null = null;
  for (const each of waiting) {
    if (each.visit !== visit.id || each.refused !== undefined || !NEXT[stage].includes(each.step)) continue;
    stage = TO[each.step];
    since = each.at;
  }
  return { stage, ahead: since !== null, since };
}

export function steps(stage: Stage): readonly Step[] {
  return NEXT[stage];
}

const ORDER: Stage[] = ["offered", "arrived", "en_route", "accepted"];

/** What asks for an answer first, then what is furthest on, then what is due first. */
export function inOrder(visits: readonly Visit[]): Visit[] {
  const place = (visit: Visit) => (ORDER.includes(visit.state) ? ORDER.indexOf(visit.state) : ORDER.length);
  return [...visits].sort((a, b) => place(a) - place(b) || Date.parse(a.attend_by) - Date.parse(b.attend_by) || a.id.localeCompare(b.id));
}

/** Of two pictures of the same visit the newer one. */
export function newer<A extends Visit, B extends Visit>(a: A, b: B | undefined): A | B {
  return b === undefined || a.version >= b.version ? a : b;
}
