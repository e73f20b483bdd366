// One case: to the left who it is and how to reach them, in the middle why and what is done, to the right the home as it stands.

import { Alert as Notice, Badge, Button, Group, Stack, Text, Title } from "@mantine/core";
import { Link, useNavigate, useParams } from "@tanstack/react-router";

import { body, client } from "../../api/client.ts";
import { AlertEvidence } from "../../evidence/AlertEvidence.tsx";
import { holds, useSignedIn } from "../../session/session.ts";
import { Around } from "../../shell/Around.tsx";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { caseWords as words, queue as queueWords } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { clockTime, dayTime, differs, span } from "../../time/format.ts";
import { Actions } from "./Actions.tsx";
import classes from "./case.module.css";
import { type Case, useCase, useDo, useOutcomes } from "./data.ts";
import { Fault } from "./Fault.tsx";
import { HomeNow } from "./HomeNow.tsx";
import { Person } from "./Person.tsx";
import { Speak } from "./Speak.tsx";
import { Why } from "./Why.tsx";

export function CasePage() {
  return (
    <Only page="queue">
      <Asked />
    </Only>
  );
}

function Asked() {
  const { id = "" } = useParams({ strict: false });
  const asked = useCase(id);
  const now = useNow();
  if (asked.data === undefined) return asked.error === null ? <Text>{words.loading}</Text> : <Refused error={asked.error} retry={() => void asked.refetch()} />;
  return (
    <Stack gap="sm">
      {asked.error !== null && <Refused error={new Error(`${words.stale(span(now - asked.dataUpdatedAt))} ${asked.error.message}`)} retry={() => void asked.refetch()} />}
      <Shown key={id} shown={asked.data} now={now} />
    </Stack>
  );
}

function Shown({ shown, now }: { shown: Case; now: number }) {
  const me = useSignedIn();
  const navigate = useNavigate();
  const zone = shown.home_details?.zone;
  const mine = shown.holder?.id === me.id && shown.state !== "closed";
  const callBack = shown.call_back ?? null;
  const leave = () => void navigate({ to: "/queue" });
  useShortcuts([{ keys: "b", does: words.back, act: leave }]);
  return (
    <>
      <Head shown={shown} now={now} zone={zone} />
      <NotMine shown={shown} mine={mine} />
      <div className={classes.columns}>
        <Stack gap="sm">
          <Speak shown={shown} mine={mine} callBack={callBack} />
          <Person shown={shown} mine={mine} />
          <AlertEvidence alert={shown.id} home={shown.home ?? null} people={shown.residents} />
        </Stack>
        <Stack gap="sm">
          {mine && <Actions shown={shown} onClosed={leave} />}
          <Fault shown={shown} zone={zone} />
          <Why shown={shown} zone={zone} />
        </Stack>
        <HomeNow shown={shown} zone={zone} />
      </div>
    </>
  );
}

function Head({ shown, now, zone }: { shown: Case; now: number; zone: string | undefined }) {
  const since = Date.parse(shown.received_at ?? shown.raised_at);
  const answered = shown.accepted_at == null ? words.waiting(span(now - since)) : words.answeredIn(span(Date.parse(shown.accepted_at) - since));
  return (
    <Group justify="space-between" align="flex-start">
      <div>
        <Title order={1} size="h3" dir="auto">
          {shown.rule.title}
          {shown.home_details != null && (
            <>
              {" · "}
              <bdi>{shown.home_details.name}</bdi>
            </>
          )}
        </Title>
        <Text size="sm">
          {words.happened(dayTime(shown.occurred_at, zone))}
          {shown.late_s != null && shown.late_s > 0 && `, ${words.late(span(shown.late_s * 1000))}`} · {answered}
          {shown.home != null && (
            <>
              {" · "}
              <Link to="/homes/$id" params={{ id: shown.home }}>
                {words.homeRecord}
              </Link>
            </>
          )}
        </Text>
        {zone !== undefined && differs(now, zone) && <Text size="sm">{words.clock(clockTime(now, zone), zone)}</Text>}
      </div>
      <Group gap="xs">
        <Badge variant="filled" color={shown.priority <= 1 ? "red" : shown.priority === 2 ? "orange" : "gray"} size="lg">
          {words.priority(shown.priority, queueWords.priorities[shown.priority] ?? "")}
        </Badge>
        {shown.test && <Badge variant="filled" color="gray" size="lg">{words.testCall}</Badge>}
        {shown.activations > 1 && <Badge variant="filled" color="red" size="lg">{queueWords.activations(shown.activations)}</Badge>}
        <Button component={Link} to="/queue" variant="default" size="compact-md">
          {words.back} (B)
        </Button>
      </Group>
    </Group>
  );
}

/** Says at once who has the case when it is not the reader, and offers to take what waits. */
function NotMine({ shown, mine }: { shown: Case; mine: boolean }) {
  const me = useSignedIn();
  const accept = useDo(shown.id, () => body(client.POST("/api/v1/alerts/{id}/accept", { params: { path: { id: shown.id } } })));
  const mayTake = shown.state === "raised" && holds(me, "administrator", "operator");
  useShortcuts(mayTake ? [{ keys: "a", does: words.lost.take, act: () => accept.mutate(undefined) }] : []);
  const outcomes = useOutcomes(shown.queue).data?.items;
  if (mine) return null;
  // What the outcome is called, as it was chosen; one that the service no longer has keeps its id.
  const outcome = outcomes?.find((each) => each.id === shown.outcome)?.title ?? shown.outcome ?? "";
  const said = shown.state === "closed" ? words.lost.closed(outcome) : shown.holder == null ? words.lost.queue : <Around says={words.lost.other} names={[shown.holder.name]} />;
  return (
    <Notice color={shown.state === "closed" ? "gray" : "orange"} role="alert">
      <Group justify="space-between">
        <Text>{said}</Text>
        {mayTake && (
          <Button onClick={() => accept.mutate(undefined)} disabled={accept.isPending}>
            {words.lost.take}
          </Button>
        )}
      </Group>
      {accept.error !== null && <Refused error={accept.error} />}
    </Notice>
  );
}
