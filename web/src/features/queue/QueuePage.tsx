// The queue: who waits for somebody, most urgent first.

import { Stack, Title } from "@mantine/core";

import { Only } from "../../shell/Frame.tsx";
import { usePicture } from "../../stream/context.tsx";
import { byUrgency } from "../../stream/board.ts";
import { queue } from "../../text/en.ts";

export function QueuePage() {
  return (
    <Only page="queue">
      <Open />
    </Only>
  );
}

function Open() {
  const picture = usePicture();
  const alerts = [...picture.board.values()].sort(byUrgency);
  return (
    <Stack>
      <Title order={1} size="h3">
        {queue.title} ({alerts.length})
      </Title>
      {alerts.map((alert) => (
        <div key={alert.id}>{alert.rule.title}</div>
      ))}
    </Stack>
  );
}
