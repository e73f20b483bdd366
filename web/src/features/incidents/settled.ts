// When a home of an incident is settled.

import type { Entry } from "./data.ts";

/** Whether nobody needs to look after the home any more on account of the incident, as the server judges it. */
export function isSettled(entry: Pick<Entry, "heard_again" | "checked">): boolean {
  return entry.heard_again || (entry.checked != null && entry.checked.result !== "no_answer");
}
