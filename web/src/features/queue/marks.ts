// Where an alert that waits stands against a mark of an answer.

import { queue } from "../../text/en.ts";
import { shortSpan } from "../../time/format.ts";

const NEAR_MS = 20_000;

/** How it looks at `now`. */
export function look(until: number, now: number): "mark" | "near" | "passed" {
  if (until < now) return "passed";
  return until - now < NEAR_MS ? "near" : "mark";
}

/** What is said of it at `now`. */
export function said(until: number, now: number): string {
  return until < now ? queue.markPassed : queue.markIn(shortSpan(until - now));
}
