import { notifications } from "@mantine/notifications";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useRef } from "react";

import { type Alert, body, client, Refusal } from "../../api/client.ts";
import { useLive } from "../../stream/context.tsx";
import { queue } from "../../text/en.ts";

/** Takes an alert and opens its case. Who comes second is told who has it. */
export function useAccept(): (alert: Alert | undefined) => Promise<void> {
  const live = useLive();
  const navigate = useNavigate();
  const busy = useRef(false);
  return useCallback(
    async (alert) => {
      if (alert === undefined) {
        notifications.show({ message: queue.nothingNext });
        return;
      }
      // Two presses of the key are one wish.
      if (busy.current) return;
      busy.current = true;
      try {
        live.take(await body(client.POST("/api/v1/alerts/{id}/accept", { params: { path: { id: alert.id } } })));
        await navigate({ to: "/cases/$id", params: { id: alert.id } });
      } catch (error) {
        const quicker = error instanceof Refusal && error.status === 409;
        notifications.show({
          title: quicker ? queue.raceLost : queue.accept,
          message: error instanceof Error ? error.message : String(error),
          color: quicker ? "yellow" : "red",
          autoClose: 8000,
        });
      } finally {
        busy.current = false;
      }
    },
    [live, navigate],
  );
}
