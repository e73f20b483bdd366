// The outbox of whoever is signed in, for the page that fills it and the line that tells what waits.

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";

import type { Schemas } from "../api/client.ts";
import { useAskAgain, useSessionOver } from "../session/session.ts";
import { now } from "../time/clock.ts";
import { Outbox, type Waiting } from "./outbox.ts";
import { send } from "./send.ts";

const Context = createContext<Outbox | null>(null);

/** `randomUUID` is not there on a page that came without TLS. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function make(me: string, queries: QueryClient, ask: () => Promise<void>): Outbox {
  const settled = (visit: Schemas["Visit"]) => {
    const mine = visit.responder?.id === me && visit.completed_at == null;
    // What is to be known of people goes with the visit, and the visit as it is now is shown before the server is asked again.
    queries.setQueryData<Schemas["VisitWhole"]>(["visit", visit.id], (known) => (known === undefined ? known : { ...known, ...visit, brief: mine ? (known.brief ?? null) : null }));
    void queries.invalidateQueries({ queryKey: ["visits"] });
  };
  return new Outbox(me, {
    storage: localStorage,
    send: (waiting, tries) => send(waiting, tries, { me, settled, ask }),
    alone: async (work) => {
      // Without TLS there are no locks; then the keys alone see to it that nothing is done twice.
      if ("locks" in navigator) await navigator.locks.request(`harken.outbox.${me}`, work);
      else await work();
    },
    now,
    newKey,
  });
}

export function OutboxProvider({ me, children }: { me: string; children: ReactNode }) {
  const queries = useQueryClient();
  const ask = useAskAgain();
  const [box] = useState(() => make(me, queries, ask));
  const over = useSessionOver();
  useEffect(() => {
    box.go(!over);
    return () => box.go(false);
  }, [box, over]);
  useEffect(() => {
    const hurry = () => {
      if (document.visibilityState === "visible") box.hurry();
    };
    const look = () => box.look();
    addEventListener("online", hurry);
    addEventListener("storage", look);
    document.addEventListener("visibilitychange", hurry);
    return () => {
      removeEventListener("online", hurry);
      removeEventListener("storage", look);
      document.removeEventListener("visibilitychange", hurry);
    };
  }, [box]);
  return <Context value={box}>{children}</Context>;
}

export function useOutbox(): Outbox {
  const box = useContext(Context);
  if (box === null) throw new Error("the outbox is there for whoever is signed in");
  return box;
}

export function useWaiting(): readonly Waiting[] {
  const box = useOutbox();
  return useSyncExternalStore(box.subscribe, box.waiting);
}
