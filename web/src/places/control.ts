// How the control room stands beside its open alerts: today's marks, silent homes, who is there.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { body, client, type Schemas } from "../api/client.ts";
import { useLive } from "../stream/context.tsx";

export type ControlRoom = Schemas["Board"];

const KEY = ["board"];
const SOON_MS = 2000;

/** Read again and again, also while nobody looks at the page: a screen on a wall has nobody who would. */
export function useControlRoom() {
  return useQuery({
    queryKey: KEY,
    queryFn: () => body(client.GET("/api/v1/board")),
    refetchInterval: 10_000,
    refetchIntervalInBackground: true,
  });
}

/** The same, and soon after whatever happens to an alert. */
export function useControlRoomNow() {
  const live = useLive();
  const queries = useQueryClient();
  const room = useControlRoom();
  useEffect(() => {
    let news = false;
    const stop = live.onChange(() => (news = true));
    const timer = setInterval(() => {
      if (!news) return;
      news = false;
      void queries.invalidateQueries({ queryKey: KEY });
    }, SOON_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [live, queries]);
  return room;
}
