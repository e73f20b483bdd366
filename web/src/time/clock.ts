// The reader's clock, set by the server's: waiting times are counted by what the server would say.

import { useSyncExternalStore } from "react";

let offsetMs = 0;
const listeners = new Set<() => void>();
let second = Math.floor(Date.now() / 1000);
let timer: ReturnType<typeof setInterval> | undefined;

/** The time now as the server would tell it, in ms since 1970. */
export function now(): number {
  return Date.now() + offsetMs;
}

/** Sets our clock by the `Date` header of an answer; a difference below two seconds is the network's. */
export function setByServer(date: string | null): void {
  if (date === null) return;
  const theirs = Date.parse(date);
  if (Number.isNaN(theirs)) return;
  const difference = theirs - Date.now();
  offsetMs = Math.abs(difference) < 2000 ? 0 : difference;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    // Nobody looked for a while: the last second that was counted is past.
    second = Math.floor(now() / 1000);
    timer = setInterval(() => {
      second = Math.floor(now() / 1000);
      for (const each of listeners) each();
    }, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time now in ms, anew each second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => second) * 1000;
}

/** What `read` says of the time now (ms). What calls this is rendered again only when that changes, and not each second. */
export function useTick<T extends string | number | boolean | null>(read: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => read(second * 1000));
}
