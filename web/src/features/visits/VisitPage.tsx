// One visit, for whoever goes there: what to know above, what to press below. Those in the control room read along, and call it off.

import { Alert, Badge, Button, Group, Stack, Text, Title } from "@mantine/core";
import { Link, useNavigate, useParams } from "@tanstack/react-router";

import { useWaiting } from "../../outbox/context.tsx";
import { holds, opens, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { visitsWords as words } from "../../text/en.ts";
import { Circumstances, Directions, People } from "./Brief.tsx";
import { CallOff } from "./CallOff.tsx";
import { useVisit, useVisits, type Whole } from "./data.ts";
import { Facts } from "./Facts.tsx";
import { KeySafe } from "./KeySafe.tsx";
import { isOpen, standing } from "./stage.ts";
import { Steps } from "./Steps.tsx";
import { Timer } from "./Timer.tsx";
import classes from "./visits.module.css";
import { Stale, Waiting } from "./Waiting.tsx";

export function VisitPage() {
  return (
    <Only page="visits">
      <Asked />
    </Only>
  );
}

function Asked() {
  const { id = "" } = useParams({ strict: false });
  const list = useVisits();
  const { asked, gone, visit } = useVisit(id, list);
  const navigate = useNavigate();
  useShortcuts([{ keys: "b", does: words.back, act: () => void navigate({ to: "/visits" }) }]);
  return (
    <Stack className={classes.page} gap="md">
      <Group>
        <Button className={classes.touch} component={Link} to="/visits" variant="default">
          {words.back}
        </Button>
      </Group>
      <Stale list={list} />
      <Waiting />
      {gone && <Alert color="yellow">{words.gone}</Alert>}
      {visit === undefined && !gone && (asked.error === null ? <Text>{words.loading}</Text> : <Refused error={asked.error} retry={() => void asked.refetch()} />)}
      {visit !== undefined && <Shown key={id} visit={visit} />}
    </Stack>
  );
}

function Shown({ visit }: { visit: Whole }) {
  const me = useSignedIn();
  const { stage } = standing(visit, useWaiting());
  const mine = visit.responder?.id === me.id;
  const zone = visit.zone ?? undefined;
  const brief = isOpen(visit.state) ? (visit.brief ?? null) : null;
  const home = brief?.home ?? words.unknownHome;
  return (
    <>
      <div>
        <Badge size="xl" variant="filled" color={stage === "offered" ? "yellow" : isOpen(stage) ? "cyan" : "gray"}>
          {mine ? words.states[stage] : words.statesOfOthers[visit.state]}
        </Badge>
        <Title order={1} size="h2" dir="auto" mt={6} className={classes.words}>
          {home}
        </Title>
      </div>
      {!mine && <Timer visit={visit} zone={zone} />}
      {brief === null ? (
        <Text>{mine || opens.queue(me) ? words.brief.over : words.gone}</Text>
      ) : (
        <>
          <Directions brief={brief} />
          {mine && (brief.has_key_safe ? <KeySafe visit={visit.id} may={isOpen(stage) && visit.state !== "offered"} /> : <Text>{words.keySafe.none}</Text>)}
          <Circumstances brief={brief} />
          <People brief={brief} />
        </>
      )}
      <Facts visit={visit} zone={zone} withCase={opens.queue(me)} />
      {isOpen(visit.state) && holds(me, "administrator", "operator") && <CallOff visit={visit.id} />}
      {mine && <Steps visit={visit.id} home={home} stage={stage} timer={<Timer visit={visit} zone={zone} />} />}
    </>
  );
}
