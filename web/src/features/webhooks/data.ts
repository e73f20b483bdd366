// What the pages of webhooks ask of the server, and what they change there.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { body, client, type Schemas } from "../../api/client.ts";
import { usePages } from "../../lists/pages.tsx";

export type Webhook = Schemas["Webhook"];
export type Delivery = Schemas["Delivery"];
export type Kind = NonNullable<Schemas["NewWebhook"]["events"]>[number];

const KEY = "webhooks";
const at = (id: string) => ({ params: { path: { id } } });
/** Whoever waits for a try sees it soon. */
const AGAIN_MS = 5_000;

export function useWebhooks(archived: boolean) {
  return usePages([KEY, "list", archived], (cursor) => body(client.GET("/api/v1/webhooks", { params: { query: { archived, limit: 100, ...cursor } } })));
}

export function useWebhook(id: string) {
  return useQuery({ queryKey: [KEY, "one", id], queryFn: () => body(client.GET("/api/v1/webhooks/{id}", at(id))) });
}

export function useDeliveries(id: string) {
  return usePages([KEY, "deliveries", id], (cursor) => body(client.GET("/api/v1/webhooks/{id}/deliveries", { params: { path: { id }, query: { limit: 50, ...cursor } } })), AGAIN_MS);
}

/** Whatever changes a webhook makes all that is known of webhooks be read anew. */
export function useWebhookChange<T, A>(send: (asked: A) => Promise<T>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: send, onSuccess: () => void queries.invalidateQueries({ queryKey: [KEY] }) });
}

export const send = {
  add: (made: Schemas["NewWebhook"]) => body(client.POST("/api/v1/webhooks", { body: made })),
  change: (id: string, patch: Schemas["WebhookPatch"]) => body(client.PATCH("/api/v1/webhooks/{id}", { ...at(id), body: patch })),
  rotate: (id: string) => body(client.POST("/api/v1/webhooks/{id}/secret", at(id))),
  retry: (id: string, n: string) => body(client.POST("/api/v1/webhooks/{id}/deliveries/{n}/retry", { params: { path: { id, n } } })),
};
