// What of the queue is shown: the lanes, and what was typed into the filter. Both live in the address, so that a view can be kept and shared.

import type { Alert } from "../../api/client.ts";

export type Lane = Alert["queue"];
export const LANES: readonly Lane[] = ["care", "health", "technical", "test"];

export interface View {
  lanes: readonly Lane[];
  text: string;
}

/** The view that an address asks for; what is no lane is passed over. */
export function viewOf(search: Record<string, unknown>): View {
  const asked = typeof search.lanes === "string" ? search.lanes.split(",") : [];
  const lanes = LANES.filter((lane) => asked.includes(lane));
  return { lanes: lanes.length === 0 ? ["care", "health"] : lanes, text: typeof search.text === "string" ? search.text : "" };
}

export interface Sorted {
  waiting: Alert[];
  taken: Alert[];
  /** Open in other lanes than the shown ones. */
  elsewhere: number;
}

/** What waits for somebody and what somebody has, both in the order given. `words` are what may be said of an alert's home. */
export function sorted(alerts: readonly Alert[], view: View, words: (alert: Alert) => string): Sorted {
  const typed = view.text.toLocaleLowerCase().split(/\s+/).filter((word) => word !== "");
  const waiting: Alert[] = [];
  const taken: Alert[] = [];
  let elsewhere = 0;
  for (const alert of alerts) {
    if (!view.lanes.includes(alert.queue)) {
      elsewhere += 1;
      continue;
    }
    if (typed.length > 0) {
      const text = `${alert.rule.title} ${words(alert)} ${alert.holder?.name ?? ""}`.toLocaleLowerCase();
      if (!typed.every((word) => text.includes(word))) continue;
    }
    (alert.state === "raised" ? waiting : taken).push(alert);
  }
  return { waiting, taken, elsewhere };
}

/** How many open alerts each home has, of the lanes in which people act. */
export function perHome(alerts: readonly Alert[]): Map<string, number> {
  const count = new Map<string, number>();
  for (const alert of alerts) {
    if (alert.home != null) count.set(alert.home, (count.get(alert.home) ?? 0) + 1);
  }
  return count;
}

/** How many open alerts each lane has. */
export function perLane(alerts: readonly Alert[]): Record<Lane, number> {
  const count = { care: 0, health: 0, technical: 0, test: 0 };
  for (const alert of alerts) count[alert.queue] += 1;
  return count;
}
