// The queue: who waits for somebody, most urgent first, and who is with whom.

import { Button, Chip, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMemo } from "react";

import type { Alert } from "../../api/client.ts";
import { usePlaces } from "../../places/places.ts";
import { holds, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { byUrgency } from "../../stream/board.ts";
import { usePicture } from "../../stream/context.tsx";
import { queue, shell } from "../../text/en.ts";
import { useAccept } from "./accept.ts";
import { AlertList } from "./AlertList.tsx";
import { LANES, perHome, perLane, sorted } from "./lanes.ts";
import { SoundControl } from "./SoundControl.tsx";
import { useView } from "./view.ts";

export function QueuePage() {
  return (
    <Only page="queue">
      <Open />
    </Only>
  );
}

function Open() {
  const me = useSignedIn();
  const picture = usePicture();
  const { view, setView } = useView();
  const accept = useAccept();
  const mayAccept = holds(me, "administrator", "operator");
  const all = useMemo(() => [...picture.board.values()].sort(byUrgency), [picture.board]);
  const homes = useMemo(() => all.flatMap((alert) => (alert.home == null ? [] : [alert.home])), [all]);
  const place = usePlaces(homes);
  const counts = useMemo(() => perHome(all), [all]);
  const lanes = useMemo(() => perLane(all), [all]);
  const { waiting, taken, elsewhere } = useMemo(() => {
    const words = (alert: Alert) => {
      const known = place(alert.home);
      return known === null ? "" : `${known.name} ${known.locality} ${known.residents.join(" ")}`;
    };
    return sorted(all, view, words);
  }, [all, view, place]);
  const next = waiting[0];

  useShortcuts(mayAccept ? [{ keys: "n", does: queue.acceptNext, act: () => void accept(next) }] : []);

  const list = (alerts: readonly Alert[]) => <AlertList alerts={alerts} place={place} counts={counts} me={me.id} mayAccept={mayAccept} onAccept={accept} />;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {queue.title}
        </Title>
        <SoundControl />
      </Group>
      <Group gap="xs">
        <Chip.Group multiple value={[...view.lanes]} onChange={(lanes) => setView({ ...view, lanes: LANES.filter((lane) => lanes.includes(lane)) })}>
          {LANES.map((lane) => (
            <Chip key={lane} value={lane} size="sm" variant="outline">
              {queue.lanes[lane]} ({lanes[lane]})
            </Chip>
          ))}
        </Chip.Group>
        <TextInput size="xs" w={240} aria-label={queue.search} placeholder={queue.search} value={view.text} onChange={(event) => setView({ ...view, text: event.currentTarget.value })} />
        {mayAccept && (
          <Button size="compact-sm" disabled={next === undefined} onClick={() => void accept(next)}>
            {queue.acceptNext}
          </Button>
        )}
      </Group>
      <section aria-label={queue.waitingSection}>
        <Title order={2} size="h5">
          {queue.waitingSection} ({waiting.length})
        </Title>
        {!picture.known ? <Text>{shell.loading}</Text> : waiting.length === 0 ? <Text py="md">{queue.empty}</Text> : list(waiting)}
      </section>
      {taken.length > 0 && (
        <section aria-label={queue.takenSection}>
          <Title order={2} size="h5">
            {queue.takenSection} ({taken.length})
          </Title>
          {list(taken)}
        </section>
      )}
      {elsewhere > 0 && <Text size="sm">{queue.more(elsewhere)}</Text>}
    </Stack>
  );
}
