// What the hand-over asks for besides the open alerts.

import { useMutation, useQueries, useQuery } from "@tanstack/react-query";

import { type Alert, body, client, type Schemas } from "../../api/client.ts";
import { useLive } from "../../stream/context.tsx";
import { now } from "../../time/clock.ts";

const DAY_MS = 86_400_000;
/** So many reasons of parking are asked for. */
const REASONS = 50;

export function useOpenIncidents() {
  return useQuery({ queryKey: ["incidents", "open", "all"], refetchInterval: 30_000, queryFn: () => body(client.GET("/api/v1/incidents", { params: { query: { limit: 100 } } })) }).data?.items;
}

/** Notices of the last day, as far as the newest fifty reach. */
export function useRecentNotices(): Schemas["Notice"][] | undefined {
  const asked = useQuery({ queryKey: ["notices", "recent"], refetchInterval: 60_000, queryFn: () => body(client.GET("/api/v1/notices", { params: { query: { limit: 50 } } })) });
  return asked.data?.items.filter((notice) => Date.parse(notice.at) > now() - DAY_MS);
}

/** Why each was parked: the words stand in its history, and nowhere else. */
export function useReasons(held: readonly Alert[]): ReadonlyMap<string, string> {
  return useQueries({
    queries: held.slice(0, REASONS).map((alert) => ({
      queryKey: ["reason", alert.id, alert.held_until],
      staleTime: Infinity,
      queryFn: async () => {
        const whole = await body(client.GET("/api/v1/alerts/{id}", { params: { path: { id: alert.id } } }));
        return { id: alert.id, text: whole.timeline.findLast((entry) => entry.what === "held")?.text ?? "" };
      },
    })),
    combine: (answers) => new Map(answers.flatMap((answer) => (answer.data === undefined ? [] : [[answer.data.id, answer.data.text] as const]))),
  });
}

/** All that I have goes to somebody else, in one step. The list to read aloud comes back. */
export function useHandOver() {
  const live = useLive();
  return useMutation({
    mutationFn: async (asked: { to: string; note: string }) => {
      const { to, note } = asked;
      const answer = await body(client.POST("/api/v1/alerts/hand-over", { body: { to, ...(note.trim() === "" ? {} : { note }) } }));
      for (const alert of answer.items) live.take(alert);
      return answer.items;
    },
  });
}
