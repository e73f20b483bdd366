// The hand-over at a change of shift: what is open, parked, at fault and silent, on one page that can be printed; and my own cases given over in one step.

import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useMemo } from "react";

import { useControlRoom } from "../../places/control.ts";
import { usePlaces } from "../../places/places.ts";
import { holds, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { usePicture } from "../../stream/context.tsx";
import { handoverWords as words } from "../../text/en.ts";
import { useTick } from "../../time/clock.ts";
import { dayTime } from "../../time/format.ts";
import { useOpenIncidents, useRecentNotices } from "./data.ts";
import classes from "./handover.module.css";
import { Faults, Held, Incidents, Notices, Open, Silent } from "./Lists.tsx";
import { Mine } from "./Mine.tsx";
import { casesOf, sections } from "./sections.ts";

export function HandoverPage() {
  return (
    <Only page="handover">
      <Page />
    </Only>
  );
}

function Page() {
  const me = useSignedIn();
  const picture = usePicture();
  const room = useControlRoom();
  const incidents = useOpenIncidents();
  const notices = useRecentNotices();
  const minute = useTick((now) => Math.floor(now / 60_000)) * 60_000;
  const found = useMemo(() => sections(picture.board.values()), [picture.board]);
  const mine = useMemo(() => casesOf(picture.board.values(), me.id), [picture.board, me.id]);
  const homes = useMemo(() => [...picture.board.values()].flatMap((alert) => alert.home ?? []), [picture.board]);
  const place = usePlaces(homes);
  if (!picture.known) return <Text>{words.loading}</Text>;
  return (
    <Stack gap="lg" className={classes.page}>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h3">
            {words.title}
          </Title>
          <Text size="sm" dir="auto">
            {words.made(dayTime(minute), me.name)}
          </Text>
        </div>
        <Button className="no-print" variant="default" onClick={() => globalThis.print()}>
          {words.print}
        </Button>
      </Group>
      {room.error !== null && room.data === undefined && <Refused error={room.error} retry={() => void room.refetch()} />}
      {holds(me, "administrator", "operator") && <Mine mine={mine} place={place} />}
      <Open title={words.sections.waiting} none={words.none.waiting} alerts={found.waiting} place={place} minute={minute} />
      <Open title={words.sections.taken} none={words.none.taken} alerts={found.taken} place={place} minute={minute} />
      <Held alerts={found.held} place={place} />
      <Faults alerts={found.faults} place={place} minute={minute} />
      <Silent silent={room.data?.silent} minute={minute} />
      <Incidents incidents={incidents} />
      <Notices notices={notices} />
      {found.tests > 0 && <Text size="sm">{words.tests(found.tests)}</Text>}
    </Stack>
  );
}
