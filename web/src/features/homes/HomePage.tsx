// One home: its head, what it still lacks, and the parts of its record.

import { Alert, Badge, Button, Group, Modal, Stack, Text, Title } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { useOrganisations } from "../../places/organisations.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { homesWords as words } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { clockTime, dayTime } from "../../time/format.ts";
import { Away } from "./Away.tsx";
import { type Home, send, useHome, useHomeChange, useHomeState, useMay } from "./data.ts";
import { Equipment } from "./Equipment.tsx";
import { History } from "./History.tsx";
import { HomeForm } from "./HomeForm.tsx";
import { HomeNow } from "./HomeNow.tsx";
import classes from "./homes.module.css";
import { Missing, NotReady } from "./Missing.tsx";
import { People } from "./People.tsx";
import { PlanPart } from "./PlanPart.tsx";

const PARTS = ["now", "people", "equipment", "plan", "away", "history"] as const;
type Part = (typeof PARTS)[number];

export function HomePage() {
  return (
    <Only page="homes">
      <Asked />
    </Only>
  );
}

function Asked() {
  const { id } = useParams({ from: "/homes/$id" });
  const asked = useHome(id);
  if (asked.data === undefined) return asked.error === null ? <Text>{words.one.loading}</Text> : <Refused error={asked.error} retry={() => void asked.refetch()} />;
  return (
    <Stack gap="sm">
      {asked.error !== null && <Refused error={asked.error} retry={() => void asked.refetch()} />}
      <Shown key={id} home={asked.data} />
    </Stack>
  );
}

function Shown({ home }: { home: Home }) {
  const navigate = useNavigate();
  const { part: named = "now" } = useSearch({ from: "/homes/$id" });
  const part: Part = PARTS.find((each) => each === named) ?? "now";
  const may = useMay(home.organisation);
  const state = useHomeState(home.id);
  const [editing, setEditing] = useState(false);
  const done = () => setEditing(false);
  useShortcuts([
    { keys: "b", does: words.back, act: () => void navigate({ to: "/homes" }) },
    ...(may.change ? [{ keys: "e", does: words.form.editTitle, act: () => setEditing(true) }] : []),
    ...PARTS.map((each, n) => ({ keys: String(n + 1), does: words.parts[each], act: () => void navigate({ to: "/homes/$id", params: { id: home.id }, search: { part: each } }) })),
  ]);
  return (
    <>
      <Group justify="space-between" align="flex-start">
        <Head home={home} installing={state.data?.installation.complete === false} />
        {may.change && (
          <Group gap="xs">
            <Button size="compact-md" variant="default" onClick={() => setEditing(true)}>
              {words.one.edit}
            </Button>
            <Archive home={home} />
          </Group>
        )}
      </Group>
      {state.data?.excuses.map((excuse) => (
        <Alert key={excuse.id ?? excuse.from} color="grape" py={6} role="status">
          {words.one.until(words.away.kinds[excuse.kind], dayTime(excuse.until, home.zone))}
          {excuse.reason != null && <span dir="auto"> · {excuse.reason}</span>}
        </Alert>
      ))}
      {editing && <HomeForm home={home} done={done} cancel={done} />}
      {state.error !== null && <Refused error={state.error} retry={() => void state.refetch()} />}
      {state.data !== undefined && home.archived_at == null && <Missing state={state.data} />}
      <nav className={classes.parts} aria-label={words.parts.label}>
        {PARTS.map((each) => (
          <Link key={each} to="/homes/$id" params={{ id: home.id }} search={{ part: each }} className={classes.part} aria-current={each === part ? "page" : undefined} replace>
            {words.parts[each]}
          </Link>
        ))}
      </nav>
      {part === "now" && <HomeNow home={home} state={state.data} />}
      {part === "people" && <People home={home} mayChange={may.change} />}
      {part === "equipment" && <Equipment home={home} state={state.data} mayChange={may.change} />}
      {part === "plan" && <PlanPart home={home} mayChange={may.change} />}
      {part === "away" && <Away home={home} devices={state.data?.devices ?? []} maySet={may.excuse} />}
      {part === "history" && <History home={home} devices={state.data?.devices ?? []} />}
    </>
  );
}

function Head({ home, installing }: { home: Home; installing: boolean }) {
  const now = useNow();
  const organisations = useOrganisations();
  const organisation = organisations.find((each) => each.id === home.organisation);
  return (
    <div>
      <Group gap="xs">
        <Title order={1} size="h3" dir="auto">
          {home.name}
        </Title>
        {home.archived_at != null && <Badge color="gray" variant="filled">{words.archived}</Badge>}
        {installing && home.archived_at == null && <NotReady />}
      </Group>
      <Text size="sm" dir="auto">
        {[home.address, home.locality].filter((part) => part !== "").join(", ")}
      </Text>
      <Text size="sm" c="dimmed" dir="auto">
        {words.one.clock(clockTime(now, home.zone, home.zone), home.zone)}
        {organisations.length > 1 && ` · ${organisation?.name ?? ""}`} · <Link to="/homes">{words.back} (B)</Link>
      </Text>
    </div>
  );
}

function Archive({ home }: { home: Home }) {
  const [asking, setAsking] = useState(false);
  const archived = home.archived_at != null;
  const change = useHomeChange((to: boolean) => send.change(home.id, { archived: to }));
  return (
    <>
      <Button size="compact-md" variant="default" loading={change.isPending} onClick={() => (archived ? change.mutate(false) : setAsking(true))}>
        {archived ? words.one.restore : words.one.archive}
      </Button>
      {change.error !== null && !asking && <Refused error={change.error} />}
      <Modal opened={asking} onClose={() => setAsking(false)} title={words.one.archiveTitle} closeButtonProps={{ "aria-label": words.close }}>
        <Stack gap="xs">
          <Text size="sm">{words.one.archiveAsk}</Text>
          {change.error !== null && <Refused error={change.error} />}
          <Button color="red" loading={change.isPending} onClick={() => change.mutate(true, { onSuccess: () => setAsking(false) })}>
            {words.one.archiveTitle}
          </Button>
        </Stack>
      </Modal>
    </>
  );
}
