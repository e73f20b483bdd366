// What the page of the scheduled reports asks of the server, and what it changes there.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { body, client, type Schemas } from "../../../api/client.ts";
import { usePages } from "../../../lists/pages.tsx";
import { holds, useSignedIn } from "../../../session/session.ts";
import { record, type Entered, type Run, underWay } from "./entry.ts";

const KEY = "report-schedules";
/** While one is made, it is looked at so often. */
const LOOK_MS = 1500;

export function useSchedules() {
  return usePages([KEY, "list"], (cursor) => body(client.GET("/api/v1/report-schedules", { params: { query: { limit: 100, ...cursor } } })), 60_000);
}

/** The newest runs. */
export function useRuns(id: string, open: boolean) {
  return useQuery({
    queryKey: [KEY, "runs", id],
    enabled: open,
    queryFn: () => body(client.GET("/api/v1/report-schedules/{id}/runs", { params: { path: { id }, query: { limit: 10 } } })),
    refetchInterval: ({ state }) => (state.data?.items.some((run: Run) => underWay(run)) === true ? LOOK_MS : 60_000),
  });
}

function useChange<T, A>(send: (asked: A) => Promise<T>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: send, onSuccess: () => void queries.invalidateQueries({ queryKey: [KEY] }) });
}

export function useSave(id: string | null) {
  return useChange((form: Entered): Promise<unknown> =>
    id === null
      ? body(client.POST("/api/v1/report-schedules", { body: { ...record(form), organisation: form.organisation, active: true } }))
      : body(client.PATCH("/api/v1/report-schedules/{id}", { params: { path: { id } }, body: record(form) })),
  );
}

export function useSwitch(id: string) {
  return useChange((change: Schemas["SchedulePatch"]) => body(client.PATCH("/api/v1/report-schedules/{id}", { params: { path: { id } }, body: change })));
}

export function useRunNow(id: string) {
  return useChange((send: boolean) => body(client.POST("/api/v1/report-schedules/{id}/run", { params: { path: { id }, query: { send } } })));
}

/** Webhooks that may be chosen: administrators alone may read them. */
export function useWebhooks(organisation: string): readonly { id: string; name: string }[] {
  const may = holds(useSignedIn(), "administrator");
  const asked = useQuery({ queryKey: ["webhooks", "choice"], enabled: may, staleTime: 60_000, queryFn: () => body(client.GET("/api/v1/webhooks", { params: { query: { limit: 500 } } })) });
  return (asked.data?.items ?? []).filter((each) => each.archived_at == null && each.organisation === organisation);
}
