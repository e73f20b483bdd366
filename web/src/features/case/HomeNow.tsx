// The home as it stands: what was heard from when, which clocks run, what else is open, and who was sent.

import { Badge, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { Schemas } from "../../api/client.ts";
import { Refused } from "../../shell/Refused.tsx";
import { caseWords as words } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { clockTime, dayTime, span } from "../../time/format.ts";
import { Activity } from "./Activity.tsx";
import classes from "./case.module.css";
import { type Case, useHomeState } from "./data.ts";

function heard(now: number, at: string | null | undefined): string {
  return at == null ? words.home.never : words.home.heard(span(now - Date.parse(at)));
}

export function HomeNow({ shown, zone }: { shown: Case; zone: string | undefined }) {
  const state = useHomeState(shown.home);
  return (
    <Stack gap="sm">
      {state.error !== null && <Refused error={state.error} retry={() => void state.refetch()} />}
      {shown.home != null && <Activity home={shown.home} devices={state.data?.devices ?? []} zone={zone} />}
      <Others shown={shown} zone={zone} />
      {state.data !== undefined && <Equipment state={state.data} zone={zone} />}
    </Stack>
  );
}

function Others({ shown, zone }: { shown: Case; zone: string | undefined }) {
  const visits = shown.visits;
  return (
    <>
      {shown.others.length > 0 && (
        <section aria-label={words.home.others}>
          <Title order={2} size="h5">
            {words.home.others}
          </Title>
          <ul className={classes.plain}>
            {shown.others.map((other) => (
              <li key={other.id}>
                <Link className={classes.link} to="/cases/$id" params={{ id: other.id }}>
                  {other.priority} · {other.rule.title}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-label={words.visits.title}>
        <Title order={2} size="h5">
          {words.visits.title}
        </Title>
        {visits.length === 0 && <Text size="sm">{words.visits.none}</Text>}
        <ul className={classes.plain}>
          {visits.map((visit) => (
            <li key={visit.id}>
              <Badge variant="filled">{words.visits.states[visit.state]}</Badge>{" "}
              <Link className={classes.link} to="/visits/$id" params={{ id: visit.id }} dir="auto">
                {visit.responder?.name ?? words.visits.nobody}
              </Link>{" "}
              {words.visits.arrive(clockTime(visit.attend_by, zone))}
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Equipment({ state, zone }: { state: Schemas["HomeState"]; zone: string | undefined }) {
  const now = useNow();
  const waiting = state.waiting.filter((each) => each.would_fire_at != null);
  return (
    <section aria-label={words.home.title}>
      <Title order={2} size="h5">
        {words.home.title}
      </Title>
      <ul className={classes.plain}>
        {state.gateways.map((gateway) => (
          <li key={gateway.id}>
            <b>{gateway.id}</b> {heard(now, gateway.last_heard_at)}
          </li>
        ))}
        {state.devices.map((device) => (
          <li key={device.id}>
            <b>{[device.room, device.model].filter((part) => part !== "").join(" · ") || device.address}</b> {heard(now, device.last_heard_at)}
            {device.battery != null && `, ${words.home.battery(device.battery)}`}
          </li>
        ))}
        {state.excuses.map((excuse) => (
          <li key={`${excuse.kind} ${excuse.from}`}>{words.home.until(excuse.kind, dayTime(excuse.until, zone))}</li>
        ))}
      </ul>
      {waiting.length > 0 && (
        <>
          <Text size="sm" fw={700}>
            {words.home.clocks}
          </Text>
          <ul className={classes.plain}>
            {waiting.map((each) => (
              <li key={`${each.rule} ${each.subject}`}>
                {each.title}: {words.home.fires(dayTime(each.would_fire_at ?? "", zone))}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
