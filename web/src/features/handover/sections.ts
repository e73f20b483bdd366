// What is handed over: every open alert once, under what stands to be done with it. Pure.

import type { Alert } from "../../api/client.ts";
import { byUrgency } from "../../stream/board.ts";

export interface Sections {
  /** Waits for somebody. */
  waiting: Alert[];
  /** Somebody has it. */
  taken: Alert[];
  /** Parked, the first to come back first. */
  held: Alert[];
  /** Somebody sees to it by a date, the first due first; what is overdue among them. */
  faults: Alert[];
  /** In the test lane: counted only. */
  tests: number;
}

const time = (at: string | null | undefined) => (at == null ? Number.POSITIVE_INFINITY : Date.parse(at));

export function sections(alerts: Iterable<Alert>): Sections {
  const found: Sections = { waiting: [], taken: [], held: [], faults: [], tests: 0 };
  for (const alert of [...alerts].sort(byUrgency)) {
    if (alert.test || alert.queue === "test") found.tests += 1;
    else if (alert.fault != null) found.faults.push(alert);
    else if (alert.state === "held") found.held.push(alert);
    else if (alert.state === "raised") found.waiting.push(alert);
    else found.taken.push(alert);
  }
  found.held.sort((a, b) => time(a.held_until) - time(b.held_until) || byUrgency(a, b));
  found.faults.sort((a, b) => time(a.fault?.due_at) - time(b.fault?.due_at) || byUrgency(a, b));
  return found;
}

/** What somebody has, in the order of the queue: as it is read aloud. */
export function casesOf(alerts: Iterable<Alert>, person: string): Alert[] {
  return [...alerts].filter((alert) => alert.holder?.id === person).sort(byUrgency);
}
