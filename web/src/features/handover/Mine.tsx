// My cases: the list to read aloud, and the one step in which somebody else takes them all.

import { Alert as Notice, Button, Group, NativeSelect, Stack, Text, Textarea, Title } from "@mantine/core";
import { useMemo, useState } from "react";

import type { Alert } from "../../api/client.ts";
import { useControlRoom } from "../../places/control.ts";
import type { Place } from "../../places/places.ts";
import { useSignedIn } from "../../session/session.ts";
import { Refused } from "../../shell/Refused.tsx";
import { handoverWords as words, queue } from "../../text/en.ts";
import { now, useTick } from "../../time/clock.ts";
import { clockTime, dayTime, span } from "../../time/format.ts";
import { useHandOver } from "./data.ts";
import classes from "./handover.module.css";

export type PlaceOf = (id: string | null | undefined) => Place | null;

/** The cases as they are read aloud. */
export function Aloud({ alerts, place }: { alerts: readonly Alert[]; place: PlaceOf }) {
  const minute = useTick((at) => Math.floor(at / 60_000)) * 60_000;
  return (
    <ol className={classes.aloud}>
      {alerts.map((alert) => {
        const home = place(alert.home);
        const where = home === null ? (alert.gateway ?? "") : [home.name, home.locality, home.residents.join(", ")].filter((part) => part !== "").join(", ");
        const until = alert.held_until == null ? "" : `, ${words.heldUntil(dayTime(alert.held_until, home?.zone))}`;
        const since = words.sinceWords(dayTime(alert.raised_at, home?.zone), span(Math.floor((minute - Date.parse(alert.raised_at)) / 60_000) * 60_000)) + until;
        return (
          <li key={alert.id} dir="auto">
            {words.aloud(queue.priorities[alert.priority] ?? "", alert.rule.title, where, since)}
          </li>
        );
      })}
    </ol>
  );
}

export function Mine({ mine, place }: { mine: readonly Alert[]; place: PlaceOf }) {
  const me = useSignedIn();
  const room = useControlRoom().data;
  const others = useMemo(() => (room?.present ?? []).filter((person) => person.id !== me.id), [room, me.id]);
  const handOver = useHandOver();
  const [to, setTo] = useState("");
  const [note, setNote] = useState("");
  const [done, setDone] = useState<{ items: Alert[]; name: string; at: number } | null>(null);
  const send = () => {
    const name = others.find((person) => person.id === to)?.name ?? "";
    handOver.mutate({ to, note }, {
      onSuccess: (items) => {
        setDone({ items, name, at: now() });
        setNote("");
        setTo("");
      },
    });
  };
  return (
    <section aria-label={words.mine.title}>
      <Title order={2} size="h4">
        {words.mine.title} ({mine.length})
      </Title>
      {done !== null && (
        <Notice color="green" role="status" my="xs">
          <Text fw={700} dir="auto">
            {words.mine.done(done.items.length, done.name, clockTime(done.at))}
          </Text>
          <Aloud alerts={done.items} place={place} />
          <Button className="no-print" size="compact-sm" variant="default" onClick={() => setDone(null)}>
            {words.mine.close}
          </Button>
        </Notice>
      )}
      {mine.length === 0 ? (
        <Text size="sm">{words.mine.none}</Text>
      ) : (
        <Stack gap="xs">
          <Text size="sm">{words.mine.aloud}</Text>
          <Aloud alerts={mine} place={place} />
          {room !== undefined && others.length === 0 ? (
            <Text size="sm" className="no-print">
              {words.mine.nobody}
            </Text>
          ) : (
            <Group className="no-print" align="flex-end" gap="xs">
              <NativeSelect label={words.mine.to} data={[{ value: "", label: words.mine.choose }, ...others.map((person) => ({ value: person.id, label: person.name }))]} value={to} onChange={(event) => setTo(event.currentTarget.value)} />
              <Textarea className={classes.note} label={words.mine.note} dir="auto" autosize minRows={1} maxLength={4000} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
              <Button disabled={to === "" || handOver.isPending} onClick={send}>
                {words.mine.send(mine.length)}
              </Button>
            </Group>
          )}
          {handOver.error !== null && <Refused error={handOver.error} />}
        </Stack>
      )}
    </section>
  );
}
