// Every address of the console. What the first screen does not need comes when it is asked for.

import { Text } from "@mantine/core";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { Frame } from "./shell/Frame.tsx";
import { shell } from "./text/en.ts";

const root = createRootRoute({ component: Frame, notFoundComponent: () => <Text>{shell.notFound}</Text> });

const start = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- how the router is told
    throw redirect({ to: "/queue" });
  },
});

const queue = createRoute({ getParentRoute: () => root, path: "/queue", component: lazyRouteComponent(() => import("./features/queue/QueuePage.tsx"), "QueuePage") });

const oneCase = createRoute({ getParentRoute: () => root, path: "/cases/$id", component: lazyRouteComponent(() => import("./features/case/CasePage.tsx"), "CasePage") });

export const router = createRouter({ routeTree: root.addChildren([start, queue, oneCase]), defaultPreload: "intent" });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
