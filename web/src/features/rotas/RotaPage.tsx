// One rota: who is on call, its calendar, its overrides, and how it is made.

import { Button, Group, Modal, Stack, Text, Title } from "@mantine/core";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";

import { usePeople } from "../../session/people.ts";
import { manages, useSignedIn } from "../../session/session.ts";
import { Around } from "../../shell/Around.tsx";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { rotasWords as words } from "../../text/en.ts";
import { now } from "../../time/clock.ts";
import { dayTime } from "../../time/format.ts";
import { Calendar } from "./Calendar.tsx";
import type { Piece } from "./calendar.ts";
import { type Rota, send, useOnCallNow, useRota, useRotaChange } from "./data.ts";
import { Layers } from "./Layers.tsx";
import { OverrideForm, type Stretch } from "./OverrideForm.tsx";
import { Overrides } from "./Overrides.tsx";
import { RotaForm } from "./RotaForm.tsx";
import { SwapForm } from "./SwapForm.tsx";
import { Versions } from "./Versions.tsx";

const HOUR = 3_600_000;

export function RotaPage() {
  return (
    <Only page="rotas">
      <Asked />
    </Only>
  );
}

function Asked() {
  const { id } = useParams({ from: "/rotas/$id" });
  const asked = useRota(id);
  if (asked.data === undefined) return asked.error === null ? <Text>{words.one.loading}</Text> : <Refused error={asked.error} retry={() => void asked.refetch()} />;
  return (
    <Stack gap="sm">
      {asked.error !== null && <Refused error={asked.error} retry={() => void asked.refetch()} />}
      <Shown key={id} rota={asked.data} />
    </Stack>
  );
}

type Doing = { form: "edit" | "swap" } | { form: "override"; begun: Stretch } | null;

/** The next whole hour, for eight hours: a place to begin where nothing was pressed. */
function nextHours(): Stretch {
  const from = Math.ceil(now() / HOUR) * HOUR;
  return { from, until: from + 8 * HOUR, person: null };
}

/** A piece of the calendar as the stretch to be put right: not before now, as what was cannot be changed. */
function stretchOf(piece: Piece): Stretch {
  const soon = Math.ceil(now() / 60_000) * 60_000;
  const from = piece.until <= soon ? piece.from : Math.max(soon, piece.from);
  return { from, until: piece.until, person: piece.shift?.person ?? null };
}

function Shown({ rota }: { rota: Rota }) {
  const navigate = useNavigate();
  const mayChange = manages(useSignedIn());
  const { people, name } = usePeople(rota.organisation);
  const [doing, setDoing] = useState<Doing>(null);
  const done = () => setDoing(null);
  const begin = (begun: Stretch) => setDoing({ form: "override", begun });
  useShortcuts([
    { keys: "b", does: words.back, act: () => void navigate({ to: "/rotas" }) },
    ...(mayChange
      ? [
          { keys: "o", does: words.override.new, act: () => begin(nextHours()) },
          { keys: "e", does: words.form.editTitle, act: () => setDoing({ form: "edit" }) },
        ]
      : []),
  ]);
  return (
    <>
      <Head rota={rota}>
        {mayChange && (
          <>
            <Button size="compact-md" onClick={() => begin(nextHours())}>
              {words.override.add}
            </Button>
            <Button size="compact-md" variant="default" onClick={() => setDoing({ form: "swap" })}>
              {words.swap.add}
            </Button>
            <Button size="compact-md" variant="default" onClick={() => setDoing({ form: "edit" })}>
              {words.one.edit}
            </Button>
            <Archive rota={rota} />
          </>
        )}
      </Head>
      {doing?.form === "override" && <OverrideForm rota={rota} people={people} begun={doing.begun} done={done} cancel={done} />}
      {doing?.form === "swap" && <SwapForm rota={rota} done={done} cancel={done} />}
      {doing?.form === "edit" && <RotaForm rota={rota} done={done} cancel={done} />}
      <Calendar rota={rota} press={mayChange ? (piece) => begin(stretchOf(piece)) : undefined} />
      <Overrides rota={rota} name={name} mayChange={mayChange} />
      <section aria-label={words.layers.title}>
        <Title order={2} size="h5">
          {words.layers.title}
        </Title>
        <Stack gap={6}>
          <Layers layers={rota.layers} zone={rota.zone} name={name} />
        </Stack>
      </section>
      <Versions id={rota.id} name={name} />
    </>
  );
}

function Head({ rota, children }: { rota: Rota; children: ReactNode }) {
  const onCall = useOnCallNow(rota.id).data;
  const who = onCall?.on_call ?? [];
  const next = onCall?.next ?? [];
  const until = (...names: string[]) => names.map((name, n) => words.until(name, dayTime(who[n]?.until ?? 0, rota.zone))).join(", ");
  const from = (...names: string[]) => names.map((name, n) => words.from(name, dayTime(next[n]?.from ?? 0, rota.zone))).join(", ");
  return (
    <Group justify="space-between" align="flex-start">
      <div>
        <Title order={1} size="h3" dir="auto">
          {rota.name}
        </Title>
        <Text size="sm">
          {rota.archived_at != null && `${words.isArchived}. `}
          {words.one.now}: <b>{onCall?.on_call.length === 0 ? words.nobody : <Around says={until} names={who.map((shift) => shift.name)} />}</b>
          {next.length > 0 && (
            <>
              {" · "}
              {words.one.next}: <Around says={from} names={next.map((shift) => shift.name)} />
            </>
          )}
        </Text>
        <Text size="sm" c="dimmed">
          {words.one.zone(rota.zone)} · {words.one.version(rota.version)} · <Link to="/rotas">{words.back} (B)</Link>
        </Text>
      </div>
      <Group gap="xs">{children}</Group>
    </Group>
  );
}

function Archive({ rota }: { rota: Rota }) {
  const [asking, setAsking] = useState(false);
  const archived = rota.archived_at != null;
  const change = useRotaChange((to: boolean) => send.change(rota.id, { archived: to, version: rota.version }));
  return (
    <>
      <Button size="compact-md" variant="default" loading={change.isPending} onClick={() => (archived ? change.mutate(false) : setAsking(true))}>
        {archived ? words.one.restore : words.one.archive}
      </Button>
      {change.error !== null && !asking && <Refused error={change.error} />}
      <Modal opened={asking} onClose={() => setAsking(false)} title={words.one.archiveSure} closeButtonProps={{ "aria-label": words.one.archive }}>
        <Stack gap="xs">
          <Text size="sm">{words.one.archiveAsk}</Text>
          {change.error !== null && <Refused error={change.error} />}
          <Button color="red" loading={change.isPending} onClick={() => change.mutate(true, { onSuccess: () => setAsking(false) })}>
            {words.one.archiveSure}
          </Button>
        </Stack>
      </Modal>
    </>
  );
}
