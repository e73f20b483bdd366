// What the pages of users and tokens ask of the server, and what they change there.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { body, client, type Schemas } from "../../api/client.ts";
import { all } from "../../session/people.ts";
import { now } from "../../time/clock.ts";

export type User = Schemas["User"];
export type Token = Schemas["Token"];

const DAY_MS = 86_400_000;
const at = (id: string) => ({ params: { path: { id } } });

export function useUsers(archived: boolean) {
  return useQuery({ queryKey: ["users", "all", archived], queryFn: () => all((query) => body(client.GET("/api/v1/users", { params: { query: { archived, ...query } } }))), placeholderData: (before) => before });
}

export function useUser(id: string) {
  return useQuery({ queryKey: ["users", "one", id], queryFn: () => body(client.GET("/api/v1/users/{id}", at(id))) });
}

/** Their shifts of the next so many days. */
export function useShiftsOf(id: string, days: number) {
  const read = () => body(client.GET("/api/v1/users/{id}/shifts", { params: { path: { id }, query: { to: new Date(now() + days * DAY_MS).toISOString() } } }));
  return useQuery({ queryKey: ["users", "shifts", id], queryFn: read });
}

export function useTokens(archived: boolean) {
  return useQuery({ queryKey: ["tokens", archived], queryFn: () => all((query) => body(client.GET("/api/v1/tokens", { params: { query: { archived, ...query } } }))), placeholderData: (before) => before });
}

/** Whatever changes who may do what makes all that is known of it be read anew. */
export function useAccessChange<T, A>(send: (asked: A) => Promise<T>) {
  const queries = useQueryClient();
  const anew = () => Promise.all(["users", "tokens", "people"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  return useMutation({ mutationFn: send, onSuccess: () => void anew() });
}

export const send = {
  addUser: (made: Schemas["NewUser"]) => body(client.POST("/api/v1/users", { body: made })),
  changeUser: (id: string, change: Schemas["UserChange"]) => body(client.PATCH("/api/v1/users/{id}", { ...at(id), body: change })),
  archiveUser: (id: string) => body(client.DELETE("/api/v1/users/{id}", at(id))),
  addToken: (made: Schemas["NewToken"]) => body(client.POST("/api/v1/tokens", { body: made })),
  changeToken: (id: string, change: Schemas["TokenChange"]) => body(client.PATCH("/api/v1/tokens/{id}", { ...at(id), body: change })),
  revokeToken: (id: string) => body(client.DELETE("/api/v1/tokens/{id}", at(id))),
};
