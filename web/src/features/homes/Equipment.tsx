// Gateways and devices: registered, changed, archived, and when each was last heard.

import { Checkbox, Stack } from "@mantine/core";
import { useState } from "react";

import { homesWords as words } from "../../text/en.ts";
import type { Home, State } from "./data.ts";
import { Devices } from "./Devices.tsx";
import { Gateways } from "./Gateways.tsx";

export function Equipment({ home, state, mayChange }: { home: Home; state: State | undefined; mayChange: boolean }) {
  const [archived, setArchived] = useState(false);
  const props = { home, archived, mayChange };
  return (
    <Stack gap="md">
      {mayChange && <Checkbox label={words.people.showArchived} checked={archived} onChange={(event) => setArchived(event.currentTarget.checked)} />}
      <Gateways {...props} unheard={state?.installation.unheard_gateways ?? []} />
      <Devices {...props} unheard={state?.installation.unheard_devices ?? []} />
    </Stack>
  );
}
