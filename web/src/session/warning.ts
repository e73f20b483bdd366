// When somebody is warned that their session ends, and whether one press lets it go on.

/** So long before the end the page begins to warn. */
export const WARN_MS = 600_000;
/** A renewal that brings less than this is none: then it takes the password. */
const WORTH_MS = 60_000;

interface Times {
  ends_at: string;
  renewable_until: string;
}

/** What to warn of at `now`, or null while there is time enough. */
export function warning(session: Times, now: number): { left_ms: number; renewable: boolean } | null {
  const ends = Date.parse(session.ends_at);
  const left_ms = Math.max(0, ends - now);
  if (left_ms > WARN_MS) return null;
  return { left_ms, renewable: Date.parse(session.renewable_until) - ends >= WORTH_MS };
}
