// The open alerts as they stand: a list that was read once, and every change that the stream tells since. Pure, so that its order and its
// merging can be proven.

import type { Alert } from "../api/client.ts";

const ACTIVATION_MS = 60_000;
const ANSWER_MS = 180_000;
const ON_TOP_MS = 36_500 * 86_400_000;

const ranks = new WeakMap<Alert, number>();

/** The place among the open alerts of one priority, as the server ranks them: less is sooner. */
export function rank(alert: Alert): number {
  // Kept for as long as the alert is: five hundred are compared thousands of times whenever one of them changes.
  let known = ranks.get(alert);
  if (known === undefined) {
    known = ranked(alert);
    ranks.set(alert, known);
  }
  return known;
}

/** In milliseconds, with what the server tells beyond them: many alerts fall within one when an area loses its mains. */
function moment(text: string): number {
  const beyond = /\.\d{3}(\d+)/.exec(text)?.[1];
  return Date.parse(text) + (beyond === undefined ? 0 : Number(`0.${beyond}`));
}

function ranked(alert: Alert): number {
  if (alert.on_top_since != null) return moment(alert.on_top_since) - ON_TOP_MS;
  const breach = alert.breach_at != null ? moment(alert.breach_at) : moment(alert.raised_at) + ANSWER_MS;
  return breach - ACTIVATION_MS * Math.min(Math.max(alert.activations - 1, 0), 1000);
}

/** Most urgent first: by priority, then by place, then by id so that the order never flickers. */
export function byUrgency(a: Alert, b: Alert): number {
  return a.priority - b.priority || rank(a) - rank(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

export type Board = ReadonlyMap<string, Alert>;

/** So many closed alerts are remembered, the newest: a screen stays on for weeks. */
const REMEMBERED = 5000;

/** The board with these alerts taken in. An older version never replaces a newer one, whichever came first; what is closed goes. */
export function merged(board: Board, alerts: readonly Alert[], closed: Map<string, number>): Board {
  const next = new Map(board);
  for (const alert of alerts) {
    const known = next.get(alert.id)?.version ?? closed.get(alert.id) ?? -1;
    if (alert.version <= known) continue;
    if (alert.state === "closed") {
      next.delete(alert.id);
      closed.set(alert.id, alert.version);
    } else {
      next.set(alert.id, alert);
      closed.delete(alert.id);
    }
  }
  for (const id of closed.keys()) {
    if (closed.size <= REMEMBERED) break;
    closed.delete(id);
  }
  return next;
}

/** The board after a whole list was read anew: what the list does not have is gone, unless the stream told something newer meanwhile. */
export function replaced(board: Board, alerts: readonly Alert[], newer: ReadonlySet<string>, closed: Map<string, number>): Board {
  const kept = new Map([...board].filter(([id]) => newer.has(id)));
  return merged(kept, alerts, closed);
}
