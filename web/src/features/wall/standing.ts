// What the wall says of the open alerts. Pure.

import type { Alert } from "../../api/client.ts";

export interface Level {
  priority: number;
  waiting: number;
  taken: number;
}

export interface Standing {
  /** Every priority, 1 first, of those in which a person may need help. */
  levels: Level[];
  /** Of the same, who waits for somebody, the longest first. */
  longest: Alert[];
  technical: number;
  tests: number;
  held: number;
}

/** Counts the open alerts: those of care and health by priority, the others by their lane alone. Parked ones wait for nobody. */
export function standing(alerts: Iterable<Alert>): Standing {
  const levels = [1, 2, 3, 4, 5].map((priority) => ({ priority, waiting: 0, taken: 0 }));
  const longest: Alert[] = [];
  const others = { technical: 0, tests: 0, held: 0 };
  for (const alert of alerts) {
    if (alert.test || alert.queue === "test") others.tests += 1;
    else if (alert.queue === "technical") others.technical += 1;
    else if (alert.state === "held") others.held += 1;
    else {
      const level = levels[alert.priority - 1];
      if (alert.state !== "raised") {
        if (level !== undefined) level.taken += 1;
      } else {
        if (level !== undefined) level.waiting += 1;
        longest.push(alert);
      }
    }
  }
  longest.sort((a, b) => since(a) - since(b) || (a.id < b.id ? -1 : 1));
  return { levels, longest, ...others };
}

/** Since when somebody waits: what came back to the queue has waited since it was first received. */
export function since(alert: Alert): number {
  return Date.parse(alert.received_at ?? alert.raised_at);
}
