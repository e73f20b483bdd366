// A screen on a wall has nobody who signs in at each shift: it may prove itself by a token, kept in this browser and used on the wall's own page alone.

import { setToken } from "../api/client.ts";

const KEY = "harken.screen";
/** The wall's own page: it stands without the menu, and is left by an address of its own. */
export const WALL = "/wall";

/** Whether this page is the wall's. Asked for the address that the browser loaded: no other page is reached from there without loading anew. */
export function isWall(): boolean {
  return globalThis.location.pathname === WALL;
}

/** Before the first request: the token that this browser keeps for the wall, if it has one. */
export function takeUpToken(): void {
  setToken(isWall() ? localStorage.getItem(KEY) : null);
}

/** The server no longer knows the token. Whether there was one. */
export function dropToken(): boolean {
  const had = isWall() && localStorage.getItem(KEY) !== null;
  if (had) localStorage.removeItem(KEY);
  setToken(null);
  return had;
}

/** From here on requests prove themselves by this token; the browser does not keep it yet. */
export function tryToken(token: string | null): void {
  setToken(token);
}

/** The browser keeps the token for the wall. */
export function keepToken(token: string): void {
  localStorage.setItem(KEY, token);
}
