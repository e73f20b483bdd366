// Decides what is shown at all: the sign-in, or the page asked for inside the shell.

import { Center, Loader } from "@mantine/core";
import { Navigate, Outlet } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";

import { onSignedOut } from "../api/client.ts";
import { OutboxProvider } from "../outbox/context.tsx";
import { dropToken, isWall } from "../session/screen.ts";
import { type Me, opens, type PageName, places, useSessionEnded, useSignedIn, useStanding } from "../session/session.ts";
import { LiveProvider } from "../stream/context.tsx";
import { shell } from "../text/en.ts";
import { Refused } from "./Refused.tsx";
import { ScreenSignIn } from "./ScreenSignIn.tsx";
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
  // A wall shows nothing at all once the server no longer knows it: nobody sits there who would have typed anything.
  if (isWall() && (standing === null || standing.over)) return <NoScreen over={standing !== null} />;
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

function NoScreen({ over }: { over: boolean }) {
  const [lost] = useState(dropToken);
  return <ScreenSignIn over={over} lost={lost} />;
}

function Inside({ me }: { me: Me }) {
  // A screen on a wall is nobody who sits here: it has no menu, and renews no lease.
  const page = isWall() ? (
    <Outlet />
  ) : (
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
