// The live picture, for whatever part of the page asks.

import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";

import { useSessionEnded, useSessionOver } from "../session/session.ts";
import { Live, type Picture } from "./live.ts";

const Context = createContext<Live | null>(null);

export function LiveProvider({ children }: { children: ReactNode }) {
  const ended = useSessionEnded();
  const [live] = useState(() => new Live(ended));
  const over = useSessionOver();
  useEffect(() => {
    // A screen at which nobody is signed in shows and sounds nothing.
    if (over) {
      live.forget();
      return undefined;
    }
    live.start();
    return () => live.stop();
  }, [live, over]);
  return <Context value={live}>{children}</Context>;
}

export function useLive(): Live {
  const live = useContext(Context);
  if (live === null) throw new Error("the live picture is there for those who may see the queue");
  return live;
}

/** The live picture where there is one; a responder has none. */
export function useLiveIfAny(): Live | null {
  return useContext(Context);
}

export function usePicture(): Picture {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, live.snapshot);
}
