// Decides what is shown at all: the sign-in, or the page asked for inside the shell.

import { Center, Loader } from "@mantine/core";
import { Navigate, Outlet } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";

import { type Me, opens, type PageName, places, useMe, useSignedIn } from "../session/session.ts";
import { LiveProvider } from "../stream/context.tsx";
import { shell } from "../text/en.ts";
import { Refused } from "./Refused.tsx";
import { Shell } from "./Shell.tsx";
import { SignIn } from "./SignIn.tsx";

export function Frame() {
  const me = useMe();
  const wasIn = useRef(false);
  useEffect(() => {
    if (me != null) wasIn.current = true;
  }, [me]);
  if (me === undefined) {
    return (
      <Center mih="100vh">
        <Loader aria-label={shell.loading} />
      </Center>
    );
  }
  // eslint-disable-next-line react-hooks/refs -- read once, at the moment when the session is over
  if (me === null) return <SignIn over={wasIn.current} />;
  return <Inside me={me} />;
}

function Inside({ me }: { me: Me }) {
  const page = (
    <Shell>
      <Outlet />
    </Shell>
  );
  return opens.queue(me) ? <LiveProvider key={me.id}>{page}</LiveProvider> : page;
}

/** Shows a page only to those whose role opens it. */
export function Only({ page, children }: { page: PageName; children: ReactNode }) {
  const me = useSignedIn();
  return opens[page](me) ? children : <Refused error={new Error(shell.notYours)} />;
}

/** The address without a page: the work begins with the queue. */
export function Start() {
  return <Navigate to={places.queue} replace />;
}
