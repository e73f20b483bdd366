import { Alert } from "@mantine/core";
import { useSyncExternalStore } from "react";

import { useLiveIfAny } from "../stream/context.tsx";
import type { Live } from "../stream/live.ts";
import { shell } from "../text/en.ts";
import { useNow } from "../time/clock.ts";
import { span } from "../time/format.ts";

/** Says at once when the stream is broken, and how old the picture is. */
export function StreamBanner() {
  const live = useLiveIfAny();
  return live === null ? null : <Banner live={live} />;
}

function Banner({ live }: { live: Live }) {
  const picture = useSyncExternalStore(live.subscribe, live.snapshot);
  const now = useNow();
  if (picture.live || !picture.known) return null;
  return (
    <Alert color="red" variant="filled" role="alert">
      {shell.streamBroken(span(now - picture.heardAt))}
    </Alert>
  );
}
