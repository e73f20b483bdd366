// Whether the server hears that we are here.

import { useEffect, useState } from "react";

import { csrfToken } from "../api/client.ts";
import { type Me, useSessionEnded } from "../session/session.ts";

/** Renews every lease that is held while the page is open; returns whether the last try was heard. */
export function usePresence(me: Me): boolean {
  const [heard, setHeard] = useState(true);
  const ended = useSessionEnded();
  useEffect(() => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "presence" });
    worker.addEventListener("message", (message: MessageEvent<number>) => {
      setHeard(message.data >= 200 && message.data < 300);
      if (message.data === 401) ended();
    });
    worker.postMessage(csrfToken());
    return () => worker.terminate();
  }, [me.id, me.csrf_token, ended]);
  return heard;
}
