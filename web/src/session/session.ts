// Who is signed in, and what their roles open.

import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { body, client, Refusal, type Schemas, setCsrf } from "../api/client.ts";
import { keepToken, takeUpToken, tryToken, WALL } from "./screen.ts";

export type Me = Schemas["Me"];
export type Role = Schemas["Role"];

/** Who is at this screen. When the session has ended the page stays as it is, behind the sign-in, so that nothing typed is lost. */
interface Standing {
  me: Me;
  over: boolean;
}

const KEY = ["me"];

takeUpToken();

const over = (known: Standing | null | undefined): Standing | null | undefined => (known == null ? known : { ...known, over: true });

async function standing(queries: QueryClient): Promise<Standing | null> {
  try {
    const me = await body(client.GET("/api/v1/me"));
    setCsrf(me.csrf_token);
    return { me, over: false };
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return over(queries.getQueryData<Standing | null>(KEY)) ?? null;
    throw error;
  }
}

/** Who is at this screen: `null` for nobody, `undefined` while it is not known yet. */
export function useStanding(): Standing | null | undefined {
  return useQuery({ queryKey: KEY, queryFn: (context) => standing(context.client), staleTime: 60_000, refetchInterval: 60_000, refetchIntervalInBackground: true }).data;
}

/** The one who is signed in, on a page that is shown to nobody else. */
export function useSignedIn(): Me {
  const known = useStanding();
  if (known == null) throw new Error("this page is shown to those who are signed in");
  return known.me;
}

/** Whether the session of whoever sits here has ended. */
export function useSessionOver(): boolean {
  return useStanding()?.over ?? false;
}

/** Everything that was read for somebody, and not who they are. */
const notWho = { predicate: (query: { queryKey: readonly unknown[] }) => query.queryKey[0] !== KEY[0] };

function take(queries: QueryClient, me: Me): void {
  const before = queries.getQueryData<Standing | null>(KEY);
  setCsrf(me.csrf_token);
  // What one person has read is not shown to another.
  if (before != null && before.me.id !== me.id) queries.removeQueries(notWho);
  queries.setQueryData<Standing>(KEY, { me, over: false });
  if (before?.over === true) void queries.invalidateQueries(notWho);
}

export function useSignIn(): (login: string, password: string) => Promise<void> {
  const queries = useQueryClient();
  return useCallback(async (login, password) => take(queries, await body(client.POST("/api/v1/auth/login", { body: { login, password } }))), [queries]);
}

/** Tries a token for the screen on the wall, and keeps it when the server knows it. */
export function useToken(): (token: string) => Promise<void> {
  const queries = useQueryClient();
  return useCallback(
    async (token) => {
      tryToken(token);
      try {
        const me = await body(client.GET("/api/v1/me"));
        keepToken(token);
        take(queries, me);
      } catch (error) {
        tryToken(null);
        throw error;
      }
    },
    [queries],
  );
}

/** Lets the session last as long again. */
export function useRenew() {
  const queries = useQueryClient();
  return useMutation({ mutationFn: async () => take(queries, await body(client.POST("/api/v1/auth/renew"))) });
}

/** Asks the server anew who is signed in here. */
export function useAskAgain(): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(() => queries.invalidateQueries({ queryKey: KEY }), [queries]);
}

export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(async () => {
    // Whatever the server says: nobody is signed in at this screen any more.
    await client.POST("/api/v1/auth/logout").catch(() => undefined);
    setCsrf(null);
    queries.setQueryData(KEY, null);
    queries.removeQueries(notWho);
  }, [queries]);
}

/** Tells every part of the page that the server no longer knows us. */
export function useSessionEnded(): () => void {
  const queries = useQueryClient();
  return useCallback(() => void queries.setQueryData<Standing | null>(KEY, over), [queries]);
}

/** Whether one of these roles is held anywhere. */
export function holds(me: Me, ...roles: Role[]): boolean {
  return me.grants.some((grant) => roles.includes(grant.role));
}

/** Whether one of these roles is held in every organisation. */
export function holdsEverywhere(me: Me, ...roles: Role[]): boolean {
  return me.grants.some((grant) => grant.organisation == null && roles.includes(grant.role));
}

const READERS: Role[] = ["administrator", "manager", "operator", "viewer"];

/** Which pages the roles of somebody open; the server decides again at every request. */
export const opens = {
  queue: (me: Me) => holds(me, ...READERS),
  homes: (me: Me) => holds(me, ...READERS),
  visits: (me: Me) => holds(me, ...READERS, "responder"),
  handover: (me: Me) => holds(me, ...READERS),
  incidents: (me: Me) => holds(me, ...READERS),
  rules: (me: Me) => holds(me, ...READERS),
  rotas: (me: Me) => holds(me, ...READERS),
  policies: (me: Me) => holds(me, ...READERS),
  wall: (me: Me) => holds(me, ...READERS),
  reports: (me: Me) => holds(me, "administrator", "manager", "viewer"),
  users: (me: Me) => holds(me, "administrator"),
  organisations: (me: Me) => holds(me, "administrator", "manager"),
  webhooks: (me: Me) => holds(me, "administrator"),
  quarantine: (me: Me) => holds(me, "administrator", "manager"),
  strangers: (me: Me) => holdsEverywhere(me, "administrator", "operator"),
  audit: (me: Me) => holds(me, "administrator"),
} as const;

export type PageName = keyof typeof opens;

/** Where each page stands. */
export const places = {
  queue: "/queue",
  homes: "/homes",
  visits: "/visits",
  handover: "/handover",
  incidents: "/incidents",
  rules: "/rules",
  rotas: "/rotas",
  policies: "/escalation",
  wall: WALL,
  reports: "/reports",
  users: "/users",
  organisations: "/organisations",
  webhooks: "/webhooks",
  quarantine: "/quarantine",
  strangers: "/strangers",
  audit: "/audit",
} as const satisfies Record<PageName, string>;

/** Whether somebody may change what managers look after: homes, rules, rotas, escalation. */
export function manages(me: Me): boolean {
  return holds(me, "administrator", "manager");
}
