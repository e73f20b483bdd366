// My visits: what asks for an answer first. Those who look on see everybody's.

import { Badge, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect, useMemo, useRef } from "react";

import { useWaiting } from "../../outbox/context.tsx";
import { usePlaces } from "../../places/places.ts";
import { holds, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { visitsWords as words } from "../../text/en.ts";
import { clockTime } from "../../time/format.ts";
import { useOwn, useVisits, type Whole } from "./data.ts";
import { standing, type Visit } from "./stage.ts";
import { Timer } from "./Timer.tsx";
import classes from "./visits.module.css";
import { Stale, Waiting } from "./Waiting.tsx";

export function VisitsPage() {
  return (
    <Only page="visits">
      <Lists />
    </Only>
  );
}

function Lists() {
  const me = useSignedIn();
  const list = useVisits();
  const own = useOwn(list.visits, me.id);
  const responds = holds(me, "responder");
  const others = list.visits.filter((visit) => !own.some((each) => each.id === visit.id));
  useNudge(own);
  return (
    <Stack className={classes.page} gap="md">
      <Title order={1} size="h2">
        {responds ? words.mine : words.all}
      </Title>
      <Stale list={list} />
      <Waiting />
      {list.data === undefined && (list.error === null ? <Text>{words.loading}</Text> : <Refused error={list.error} retry={() => void list.refetch()} />)}
      {list.data !== undefined && own.length === 0 && (responds || others.length === 0) && <Text>{responds ? words.none : words.noneAtAll}</Text>}
      <ul className={classes.cards}>
        {own.map((visit) => (
          <Own key={visit.id} visit={visit} />
        ))}
      </ul>
      {others.length > 0 && <Others visits={others} titled={responds} />}
    </Stack>
  );
}

/** A phone in a pocket says when somebody asks. */
function useNudge(own: readonly Visit[]): void {
  const known = useRef(new Set<string>());
  useEffect(() => {
    const asked = own.filter((visit) => visit.state === "offered").map((visit) => `${visit.id} ${visit.created_at}`);
    const fresh = asked.some((each) => !known.current.has(each));
    known.current = new Set(asked);
    if (fresh && "vibrate" in navigator) navigator.vibrate([400, 200, 400]);
  }, [own]);
}

function Own({ visit }: { visit: Visit & Partial<Whole> }) {
  const { stage } = standing(visit, useWaiting());
  return (
    <li>
      <Link className={classes.card} data-asks={stage === "offered"} to="/visits/$id" params={{ id: visit.id }}>
        <Badge size="lg" variant="filled" color={stage === "offered" ? "yellow" : "cyan"}>
          {words.states[stage]}
        </Badge>
        <div className={classes.name} dir="auto">
          {visit.brief?.home ?? words.unknownHome}
        </div>
        <div dir="auto">{[visit.brief?.address, visit.brief?.locality].filter((part) => part != null && part !== "").join(", ")}</div>
        <div dir="auto">{visit.brief?.alarm}</div>
        <Timer visit={visit} zone={visit.zone ?? undefined} plain />
      </Link>
    </li>
  );
}

function Others({ visits, titled }: { visits: readonly Visit[]; titled: boolean }) {
  const homes = useMemo(() => visits.map((visit) => visit.home), [visits]);
  const place = usePlaces(homes);
  return (
    <section aria-label={words.others}>
      {titled && (
        <Title order={2} size="h4" mb="xs">
          {words.others}
        </Title>
      )}
      <ul className={classes.cards}>
        {visits.map((visit) => (
          <li key={visit.id}>
            <Link className={classes.card} to="/visits/$id" params={{ id: visit.id }}>
              <Badge size="lg" variant="filled" color="gray">
                {words.statesOfOthers[visit.state]}
              </Badge>
              <div className={classes.name} dir="auto">
                {place(visit.home)?.name ?? words.unknownHome}
              </div>
              <div dir="auto">{visit.responder?.name ?? words.facts.nobody}</div>
              <div>{words.facts.by(clockTime(visit.attend_by, place(visit.home)?.zone), clockTime(visit.attend_limit, place(visit.home)?.zone))}</div>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
