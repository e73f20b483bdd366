// A rota as it is written down in a form, by the clocks of its zone, and as it is sent.

import type { Schemas } from "../../api/client.ts";
import { fromWall, toWall } from "../../time/zone.ts";

export type Layer = Schemas["Layer"];
export type Day = Schemas["Day"];
export type Every = Schemas["Every"];
export type DutyWindow = Schemas["DutyWindow"];

export const DAYS: readonly Day[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** A local time of a form, with the instant that it came from: what nobody touched is sent as it was, to the second. */
export interface LocalTime {
  wall: string;
  was?: { wall: string; zone: string; at: string };
}

export interface LayerDraft {
  key: number;
  name: string;
  persons: string[];
  every: Every;
  count: number | null;
  on: Day;
  at: string;
  starts: LocalTime;
  ends: LocalTime;
  windows: { days: Day[]; from: string; to: string }[];
}

function local(at: string | null | undefined, zone: string): LocalTime {
  if (at == null) return { wall: "" };
  const wall = toWall(at, zone);
  return { wall, was: { wall, zone, at } };
}

/** The instant meant, or null for none or for what is no time. */
function instant(time: LocalTime, zone: string): string | null {
  if (time.was?.wall === time.wall && time.was.zone === zone) return time.was.at;
  const at = fromWall(time.wall, zone);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

let made = 0;

export function draftOf(layer: Layer, zone: string): LayerDraft {
  const { every, count = 1, on, at } = layer.hand_over;
  made += 1;
  return {
    key: made,
    name: layer.name,
    persons: layer.persons,
    every,
    count,
    on: on ?? "mon",
    at: at ?? "09:00",
    starts: local(layer.starts_at, zone),
    ends: local(layer.ends_at, zone),
    windows: (layer.windows ?? []).map(({ days = [], from, to }) => ({ days, from: from.slice(0, 5), to: to.slice(0, 5) })),
  };
}

/** A layer to begin with: weeks, from Monday at nine. */
export function newLayer(name: string, today: string): LayerDraft {
  made += 1;
  return { key: made, name, persons: [], every: "weeks", count: 1, on: "mon", at: "09:00", starts: { wall: `${today}T09:00` }, ends: { wall: "" }, windows: [] };
}

/** The layer as it is sent, or null while it has no beginning. */
export function layerOf(draft: LayerDraft, zone: string): Layer | null {
  const starts_at = instant(draft.starts, zone);
  if (starts_at === null) return null;
  const ends_at = instant(draft.ends, zone);
  const { every } = draft;
  return {
    name: draft.name,
    persons: draft.persons,
    starts_at,
    ...(ends_at === null ? {} : { ends_at }),
    hand_over: { every, count: draft.count ?? 0, ...(every === "weeks" ? { on: draft.on } : {}), ...(every === "hours" ? {} : { at: draft.at }) },
    windows: draft.windows,
  };
}

/** The list with what stands at `n` moved by so many places. */
export function moved<T>(list: readonly T[], n: number, by: number): T[] {
  const next = [...list];
  const [taken] = next.splice(n, 1);
  if (taken === undefined || n + by < 0) return [...list];
  next.splice(n + by, 0, taken);
  return next;
}
