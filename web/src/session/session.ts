// Who is signed in, and what their roles open.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { body, client, Refusal, type Schemas, setCsrf } from "../api/client.ts";

export type Me = Schemas["Me"];
export type Role = Schemas["Role"];

const KEY = ["me"];

async function me(): Promise<Me | null> {
  try {
    const answer = await body(client.GET("/api/v1/me"));
    setCsrf(answer.csrf_token);
    return answer;
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) {
      setCsrf(null);
      return null;
    }
    throw error;
  }
}

/** Who is signed in: `null` for nobody, `undefined` while it is not known yet. */
export function useMe(): Me | null | undefined {
  return useQuery({ queryKey: KEY, queryFn: me, staleTime: 60_000, refetchInterval: 60_000, refetchIntervalInBackground: true }).data;
}

/** The one who is signed in, on a page that is shown to nobody else. */
export function useSignedIn(): Me {
  const known = useMe();
  if (known === null || known === undefined) throw new Error("this page is shown to those who are signed in");
  return known;
}

export function useSignIn(): (login: string, password: string) => Promise<void> {
  const queries = useQueryClient();
  return useCallback(
    async (login, password) => {
      const answer = await body(client.POST("/api/v1/auth/login", { body: { login, password } }));
      setCsrf(answer.csrf_token);
      queries.setQueryData(KEY, answer);
    },
    [queries],
  );
}

export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(async () => {
    // Whatever the server says: nobody is signed in at this screen any more.
    await client.POST("/api/v1/auth/logout").catch(() => undefined);
    setCsrf(null);
    queries.clear();
    queries.setQueryData(KEY, null);
  }, [queries]);
}

/** Tells every part of the page that the server no longer knows us. */
export function useSessionEnded(): () => void {
  const queries = useQueryClient();
  return useCallback(() => queries.setQueryData(KEY, null), [queries]);
}

/** Whether one of these roles is held anywhere. */
export function holds(me: Me, ...roles: Role[]): boolean {
  return me.grants.some((grant) => roles.includes(grant.role));
}

const READERS: Role[] = ["administrator", "manager", "operator", "viewer"];

/** Which pages the roles of somebody open; the server decides again at every request. */
export const opens = {
  queue: (me: Me) => holds(me, ...READERS),
  homes: (me: Me) => holds(me, ...READERS),
  rules: (me: Me) => holds(me, ...READERS),
  rotas: (me: Me) => holds(me, ...READERS),
  policies: (me: Me) => holds(me, ...READERS),
} as const;

export type PageName = keyof typeof opens;

/** Where each page stands. */
export const places = {
  queue: "/queue",
  homes: "/homes",
  rules: "/rules",
  rotas: "/rotas",
  policies: "/escalation",
} as const satisfies Record<PageName, string>;

/** Whether somebody may change what managers look after: homes, rules, rotas, escalation. */
export function manages(me: Me): boolean {
  return holds(me, "administrator", "manager");
}
