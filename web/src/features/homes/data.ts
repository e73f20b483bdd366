// What the pages of homes ask of the server, and what they change there.

import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";

import { body, client, type Schemas } from "../../api/client.ts";
import { usePages } from "../../lists/pages.tsx";
import { renewPlaces } from "../../places/places.ts";
import { type Me, type Role, useSignedIn } from "../../session/session.ts";

export type Home = Schemas["Home"];
export type State = Schemas["HomeState"];

const KEY = "homes";
/** More people, contacts or pieces of equipment than any home has. */
const ALL = 500;
/** Whoever installs waits for a sensor to be heard; otherwise a home changes slowly. */
const INSTALLING_MS = 3_000;
const QUIET_MS = 15_000;

const at = (id: string) => ({ params: { path: { id } } });

export interface Wanted {
  q: string;
  organisation: string;
  archived: boolean;
  installing: boolean | null;
}

export function useHomeList({ q, organisation, archived, installing }: Wanted) {
  const query = { archived, limit: 50, ...(q === "" ? {} : { q }), ...(organisation === "" ? {} : { organisation }), ...(installing === null ? {} : { installing }) };
  return usePages([KEY, "list", query], (cursor) => body(client.GET("/api/v1/homes", { params: { query: { ...query, ...cursor } } })));
}

export function useHome(id: string) {
  return useQuery({ queryKey: [KEY, "one", id], queryFn: () => body(client.GET("/api/v1/homes/{id}", at(id))), staleTime: 60_000 });
}

export function useHomeState(id: string) {
  return useQuery({ queryKey: [KEY, "state", id], queryFn: () => body(client.GET("/api/v1/homes/{id}/state", at(id))), refetchInterval: (query) => (query.state.data?.installation.complete === false ? INSTALLING_MS : QUIET_MS) });
}

/** The names of those who live there: a list, whose reading is not recorded. */
export function useResidentNames(home: string, archived = false) {
  return useQuery({ queryKey: [KEY, "residents", home, archived], queryFn: () => body(client.GET("/api/v1/residents", { params: { query: { home, archived, limit: ALL } } })) });
}

/** Their whole records; each reading is recorded. */
export function useResidents(ids: readonly string[]) {
  return useQueries({
    queries: ids.map((id) => ({ queryKey: [KEY, "resident", id], queryFn: () => body(client.GET("/api/v1/residents/{id}", at(id))), staleTime: 60_000 })),
    combine: (answers) => ({ records: answers.flatMap((answer) => (answer.data === undefined ? [] : [answer.data])), error: answers.find((answer) => answer.error !== null)?.error ?? null }),
  });
}

export function useContacts(home: string, archived: boolean) {
  return useQuery({ queryKey: [KEY, "contacts", home, archived], queryFn: () => body(client.GET("/api/v1/contacts", { params: { query: { home, archived, limit: ALL } } })) });
}

export function useGateways(home: string, archived: boolean) {
  return useQuery({ queryKey: [KEY, "gateways", home, archived], refetchInterval: INSTALLING_MS, queryFn: () => body(client.GET("/api/v1/gateways", { params: { query: { home, archived, limit: ALL } } })) });
}

export function useDevices(home: string, archived: boolean) {
  return useQuery({ queryKey: [KEY, "devices", home, archived], refetchInterval: INSTALLING_MS, queryFn: () => body(client.GET("/api/v1/devices", { params: { query: { home, archived, limit: ALL } } })) });
}

export function useExcuses(home: string) {
  return usePages([KEY, "excuses", home], (cursor) => body(client.GET("/api/v1/homes/{id}/excuses", { params: { path: { id: home }, query: { ended: true, limit: 50, ...cursor } } })), 15_000);
}

export interface Span {
  from: string | null;
  to: string | null;
}

const within = ({ from, to }: Span) => ({ ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) });

export function useTimeline(home: string, span: Span, all: boolean) {
  const query = { all, limit: 100, ...within(span) };
  return usePages([KEY, "timeline", home, query], (cursor) => body(client.GET("/api/v1/homes/{id}/timeline", { params: { path: { id: home }, query: { ...query, ...cursor } } })), 15_000);
}

export function useEvents(home: string, span: Span, kind: string, device: string) {
  const query = { limit: 100, ...within(span), ...(kind === "" ? {} : { kind }), ...(device === "" ? {} : { device }) };
  return usePages([KEY, "events", home, query], (cursor) => body(client.GET("/api/v1/homes/{id}/events", { params: { path: { id: home }, query: { ...query, ...cursor } } })), 15_000);
}

export function useAlerts(home: string, span: Span, state: "open" | "closed") {
  const query = { home, state, limit: 50, ...within(span) };
  return usePages([KEY, "alerts", query], (cursor) => body(client.GET("/api/v1/alerts", { params: { query: { ...query, ...cursor } } })), 15_000);
}

/** Whatever changes a home makes all that is known of homes be read anew; a refusal too, as it may rest on what somebody else changed. */
export function useHomeChange<T, A>(send: (asked: A) => Promise<T>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSettled: () => {
      // What the queue and the case call this home and its people.
      for (const key of [KEY, "home", "resident", "home-state"]) void queries.invalidateQueries({ queryKey: [key] });
      renewPlaces(queries);
    },
  });
}

export const send = {
  add: (made: Schemas["NewHome"]) => body(client.POST("/api/v1/homes", { body: made })),
  change: (id: string, patch: Schemas["HomePatch"]) => body(client.PATCH("/api/v1/homes/{id}", { ...at(id), body: patch })),
  addResident: (made: Schemas["NewResident"]) => body(client.POST("/api/v1/residents", { body: made })),
  changeResident: (id: string, patch: Schemas["ResidentPatch"]) => body(client.PATCH("/api/v1/residents/{id}", { ...at(id), body: patch })),
  addContact: (made: Schemas["NewContact"]) => body(client.POST("/api/v1/contacts", { body: made })),
  changeContact: (id: string, patch: Schemas["ContactPatch"]) => body(client.PATCH("/api/v1/contacts/{id}", { ...at(id), body: patch })),
  addGateway: (made: Schemas["NewGateway"]) => body(client.POST("/api/v1/gateways", { body: made })),
  changeGateway: (id: string, patch: Schemas["GatewayPatch"]) => body(client.PATCH("/api/v1/gateways/{id}", { ...at(id), body: patch })),
  newSecret: (id: string) => body(client.POST("/api/v1/gateways/{id}/secret", at(id))),
  addDevice: (made: Schemas["NewDevice"]) => body(client.POST("/api/v1/devices", { body: made })),
  changeDevice: (id: string, patch: Schemas["DevicePatch"]) => body(client.PATCH("/api/v1/devices/{id}", { ...at(id), body: patch })),
  away: (id: string, made: Schemas["NewAway"]) => body(client.POST("/api/v1/homes/{id}/away", { ...at(id), body: made })),
  maintenance: (id: string, made: Schemas["NewMaintenance"]) => body(client.POST("/api/v1/homes/{id}/maintenance", { ...at(id), body: made })),
  testMode: (id: string, made: Schemas["NewTestMode"]) => body(client.POST("/api/v1/homes/{id}/test-mode", { ...at(id), body: made })),
  endAway: (id: string, kind: Schemas["AwayKind"]) => body(client.DELETE("/api/v1/homes/{id}/away", { params: { path: { id }, query: { kind } } })),
  endMaintenance: (id: string, device: string | null) => body(client.DELETE("/api/v1/homes/{id}/maintenance", { params: { path: { id }, query: device === null ? {} : { device } } })),
  endTestMode: (id: string) => body(client.DELETE("/api/v1/homes/{id}/test-mode", at(id))),
};

/** Whether one of these roles is held in an organisation. */
export function holdsIn(me: Me, organisation: string, ...roles: Role[]): boolean {
  return me.grants.some((grant) => roles.includes(grant.role) && (grant.organisation == null || grant.organisation === organisation));
}

/** What somebody may do at the homes of an organisation. */
export function useMay(organisation: string): { change: boolean; excuse: boolean } {
  const me = useSignedIn();
  return { change: holdsIn(me, organisation, "administrator", "manager"), excuse: holdsIn(me, organisation, "administrator", "manager", "operator") };
}
