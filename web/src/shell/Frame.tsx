// Decides what is shown at all: the sign-in, or the page asked for inside the shell.

import { Center, Loader } from "@mantine/core";
import { Navigate, Outlet } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";

import { onSignedOut } from "../api/client.ts";
import { OutboxProvider } from "../outbox/context.tsx";
import { type Me, opens, type PageName, places, useSessionEnded, useSignedIn, useStanding } from "../session/session.ts";
import { LiveProvider } from "../stream/context.tsx";
import { shell } from "../text/en.ts";
import { Refused } from "./Refused.tsx";
import { Shell } from "./Shell.tsx";
import { SignIn, SignInAgain } from "./SignIn.tsx";

export function Frame() {
  const standing = useStanding();
  const ended = useSessionEnded();
  useEffect(() => {
    onSignedOut(ended);
    return () => onSignedOut(null);
  }, [ended]);
  if (standing === undefined) {
    return (
      <Center mih="100vh">
        <Loader aria-label={shell.loading} />
      </Center>
    );
  }
  if (standing === null) return <SignIn />;
  return (
    <>
      <div inert={standing.over}>
        <Inside key={standing.me.id} me={standing.me} />
      </div>
      {standing.over && <SignInAgain />}
    </>
  );
}

function Inside({ me }: { me: Me }) {
  const page = (
    <Shell>
      <Outlet />
    </Shell>
  );
  return <OutboxProvider me={me.id}>{opens.queue(me) ? <LiveProvider>{page}</LiveProvider> : page}</OutboxProvider>;
}

/** Shows a page only to those whose role opens it. */
export function Only({ page, children }: { page: PageName; children: ReactNode }) {
  const me = useSignedIn();
  return opens[page](me) ? children : <Refused error={new Error(shell.notYours)} />;
}

/** The address without a page: the work begins with the queue, and for those who go out with their visits. */
export function Start() {
  return <Navigate to={places[opens.queue(useSignedIn()) ? "queue" : "visits"]} replace />;
}
