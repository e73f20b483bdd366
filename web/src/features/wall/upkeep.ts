// What keeps a screen going for weeks with nobody before it: it stays awake, and takes up a new version of the console by itself.

import { useEffect } from "react";

const LOOK_EVERY_MS = 600_000;

/** The script that a page names: with each new version it has another name. */
export function scriptOf(html: string): string | null {
  return /<script type="module"[^>]* src="([^"]+)"/.exec(html)?.[1] ?? null;
}

async function renew(loaded: string | null): Promise<void> {
  try {
    const answer = await fetch("/wall", { cache: "no-store" });
    if (!answer.ok) return;
    const named = scriptOf(await answer.text());
    if (named !== null && loaded !== null && named !== loaded) location.reload();
  } catch {
    // Out of reach: the next look finds it.
  }
}

/** Looks for a new version now and then, and whenever the connection is back: the server may have been another one meanwhile. */
export function useNewVersions(live: boolean): void {
  useEffect(() => {
    if (!live) return;
    const loaded = document.querySelector("script[type=module][src]")?.getAttribute("src") ?? null;
    void renew(loaded);
    const timer = setInterval(() => void renew(loaded), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [live]);
}

/** Asks the machine not to darken the screen, as far as the browser lets us (only over TLS or on the machine itself). */
export function useAwake(): void {
  useEffect(() => {
    if (!("wakeLock" in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    const hold = () => {
      if (document.visibilityState !== "visible") return;
      navigator.wakeLock.request("screen").then(
        (got) => (lock = got),
        () => undefined,
      );
    };
    hold();
    document.addEventListener("visibilitychange", hold);
    return () => {
      document.removeEventListener("visibilitychange", hold);
      void lock?.release();
    };
  }, []);
}
