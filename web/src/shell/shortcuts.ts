// One place for keys, so that the sheet behind `?` always tells the truth.

import { useEffect, useState } from "react";

export interface Shortcut {
  /** The key as the browser names it; `g q` for one after the other. */
  keys: string;
  does: string;
  act: () => void;
}

const active = new Map<symbol, readonly Shortcut[]>();
let first: { key: string; at: number } | null = null;

/** All shortcuts that work at the moment. */
export function shortcutsNow(): Shortcut[] {
  return [...active.values()].flat();
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  // A dialogue has the keys for itself.
  if (document.querySelector('[role="dialog"]') !== null && event.key !== "?") return;
  const pair = first !== null && event.timeStamp - first.at < 1500 ? `${first.key} ${event.key}` : null;
  const all = shortcutsNow();
  const hit = (pair === null ? undefined : all.find((each) => each.keys === pair)) ?? all.find((each) => each.keys === event.key);
  first = { key: event.key, at: event.timeStamp };
  if (hit === undefined) return;
  event.preventDefault();
  first = null;
  hit.act();
}

/** Makes these keys work while the component is there. Keys do nothing while somebody types. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const [name] = useState(() => Symbol("shortcuts"));
  // After each rendering, as what a key does rests on what is shown; its place in the sheet stays.
  useEffect(() => void active.set(name, shortcuts));
  useEffect(() => {
    document.addEventListener("keydown", onKey);
    return () => {
      active.delete(name);
      if (active.size === 0) document.removeEventListener("keydown", onKey);
    };
  }, [name]);
}
