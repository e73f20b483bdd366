// One incident: the homes in the order in which to look after them, what came of each, and the closing of what is settled.

import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { holds, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { incidentsWords as words } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { dayTime, span } from "../../time/format.ts";
import { Closing } from "./Closing.tsx";
import { type Entry, useIncident, type Whole } from "./data.ts";
import { HomeRow } from "./HomeRow.tsx";
import classes from "./incidents.module.css";
import { isSettled } from "./settled.ts";

export function IncidentPage() {
  return (
    <Only page="incidents">
      <Asked />
    </Only>
  );
}

function Asked() {
  const { id = "" } = useParams({ strict: false });
  const asked = useIncident(id);
  const now = useNow();
  if (asked.data === undefined) return asked.error === null ? <Text>{words.loading}</Text> : <Refused error={asked.error} retry={() => void asked.refetch()} />;
  return (
    <Stack gap="md">
      {asked.error !== null && <Refused error={new Error(`${words.one.stale(span(now - asked.dataUpdatedAt))} ${asked.error.message}`)} retry={() => void asked.refetch()} />}
      <Shown whole={asked.data} />
    </Stack>
  );
}

/** So many homes are drawn until somebody asks for all: an incident may have a thousand, and the first are the ones to look after. */
const FIRST = 100;

function Shown({ whole }: { whole: Whole }) {
  const [all, setAll] = useState(false);
  const operates = holds(useSignedIn(), "administrator", "operator");
  const mayAct = operates && whole.closed_at == null;
  const [waiting, settled] = [whole.list.filter((entry) => !isSettled(entry)), whole.list.filter(isSettled)];
  const some = (entries: Entry[]) => (all ? entries : entries.slice(0, FIRST));
  const print = () => {
    // On paper all of them; once they are drawn.
    setAll(true);
    setTimeout(() => globalThis.print(), 100);
  };
  return (
    <>
      <Head whole={whole} print={print} />
      {operates && <Closing whole={whole} />}
      <section aria-label={words.one.list}>
        <Title order={2} size="h4">
          {words.one.list} ({waiting.length})
        </Title>
        {waiting.length === 0 && whole.closed_at == null && <Text>{words.one.allDone}</Text>}
        <ol className={classes.list}>
          {some(waiting).map((entry) => (
            <HomeRow key={entry.home} incident={whole.id} entry={entry} mayAct={mayAct} />
          ))}
        </ol>
      </section>
      {settled.length > 0 && (
        <section aria-label={words.one.settled}>
          <Title order={2} size="h4">
            {words.one.settled} ({settled.length})
          </Title>
          <ol className={classes.list}>
            {some(settled).map((entry) => (
              <HomeRow key={entry.home} incident={whole.id} entry={entry} mayAct={mayAct} />
            ))}
          </ol>
        </section>
      )}
      {!all && Math.max(waiting.length, settled.length) > FIRST && (
        <Group className="no-print">
          <Button variant="default" onClick={() => setAll(true)}>
            {words.one.all(whole.list.length)}
          </Button>
        </Group>
      )}
    </>
  );
}

function Head({ whole, print }: { whole: Whole; print: () => void }) {
  const now = useNow();
  return (
    <Group justify="space-between" align="flex-start">
      <div>
        <Title order={1} size="h3" dir="auto">
          {words.causes[whole.cause]} · {whole.area.name}
        </Title>
        <Text size="sm">
          {words.one.opened(dayTime(whole.opened_at), span(now - Date.parse(whole.opened_at)))}, {words.one.joined(dayTime(whole.last_joined_at))} · <b>{words.waiting(whole.waiting, whole.homes)}</b>
          {whole.closed_at != null && ` · ${words.closedAt(dayTime(whole.closed_at))}`}
        </Text>
        <Link to="/cases/$id" params={{ id: whole.alert }} className={classes.link}>
          {words.one.lead}
        </Link>
      </div>
      <Group gap="xs" className="no-print">
        <Button size="compact-md" variant="default" onClick={print}>
          {words.one.print}
        </Button>
        <Button component={Link} to="/incidents" size="compact-md" variant="default">
          {words.one.back}
        </Button>
      </Group>
    </Group>
  );
}
