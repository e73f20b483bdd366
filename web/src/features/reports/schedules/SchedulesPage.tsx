// Reports that are made by the calendar and sent: what is due next, what became of the last runs, and one to be made now.

import { Badge, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { ListEnd } from "../../../lists/pages.tsx";
import { useOrganisations } from "../../../places/organisations.ts";
import { manages, useSignedIn } from "../../../session/session.ts";
import { Only } from "../../../shell/Frame.tsx";
import { Refused } from "../../../shell/Refused.tsx";
import { useShortcuts } from "../../../shell/shortcuts.ts";
import { reportsWords, schedulesWords as words } from "../../../text/en.ts";
import { moment } from "../tables.ts";
import { useRunNow, useSchedules, useSwitch } from "./data.ts";
import { calendar, type Schedule } from "./entry.ts";
import { Runs } from "./Runs.tsx";
import { ScheduleForm } from "./ScheduleForm.tsx";

export function SchedulesPage() {
  return (
    <Only page="reports">
      <List />
    </Only>
  );
}

function List() {
  const navigate = useNavigate();
  const may = manages(useSignedIn());
  const list = useSchedules();
  const [adding, setAdding] = useState(false);
  useShortcuts([
    { keys: "b", does: reportsWords.all9, act: () => void navigate({ to: "/reports" }) },
    ...(may ? [{ keys: "n", does: words.form.new, act: () => setAdding(true) }] : []),
  ]);
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h3">
            {words.title}
          </Title>
          <Text size="sm">{words.explained}</Text>
          <Text size="sm">
            <Link to="/reports">{reportsWords.all9}</Link>
          </Text>
        </div>
        {may && !adding && <Button onClick={() => setAdding(true)}>{words.add}</Button>}
      </Group>
      {adding && <ScheduleForm done={() => setAdding(false)} />}
      {list.items.map((schedule) => (
        <One key={schedule.id} schedule={schedule} may={may} />
      ))}
      <ListEnd list={list} empty={words.none} />
    </Stack>
  );
}

function One({ schedule, may }: { schedule: Schedule; may: boolean }) {
  const organisation = useOrganisations().find((each) => each.id === schedule.organisation);
  const zone = organisation?.zone ?? "UTC";
  const [changing, setChanging] = useState(false);
  const [open, setOpen] = useState(false);
  if (changing) return <ScheduleForm schedule={schedule} done={() => setChanging(false)} />;
  const next = schedule.next_at == null ? words.notDue : words.next(moment(schedule.next_at, zone));
  const to = schedule.recipients.length === 0 ? words.nobody : schedule.recipients.map((each) => (each.by === "webhook" ? words.byWebhook : each.to)).join(", ");
  return (
    <Paper withBorder p="sm" component="section" aria-label={schedule.name}>
      <Stack gap={4}>
        <Group justify="space-between" align="flex-start">
          <Group gap="xs">
            <Title order={2} size="h5" dir="auto">
              {schedule.name}
            </Title>
            {!schedule.active && (
              <Badge variant="filled" color={schedule.stopped == null ? "gray" : "red"}>
                {schedule.stopped == null ? words.off : words.stopped}
              </Badge>
            )}
          </Group>
          {may && <Acts schedule={schedule} change={() => setChanging(true)} ran={() => setOpen(true)} />}
        </Group>
        <Text size="sm">
          {[reportsWords.names[schedule.report], words.formats[schedule.format], calendar(schedule.when), next].join(" · ")}
        </Text>
        <Text size="sm" dir="auto">
          {[organisation?.name ?? schedule.organisation, words.to(to)].join(" · ")}
        </Text>
        {schedule.stopped != null && <Refused error={new Error(words.why(schedule.stopped))} />}
        <Group>
          <Button size="compact-sm" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? words.runs.hide : words.runs.show}
          </Button>
        </Group>
        {open && <Runs schedule={schedule} zone={zone} />}
      </Stack>
    </Paper>
  );
}

function Acts({ schedule, change, ran }: { schedule: Schedule; change: () => void; ran: () => void }) {
  const put = useSwitch(schedule.id);
  const run = useRunNow(schedule.id);
  const [asking, setAsking] = useState(false);
  const error = put.error ?? run.error;
  return (
    <Stack gap={4} align="flex-end">
      <Group gap="xs">
        <Button size="compact-md" variant="default" loading={run.isPending} onClick={() => run.mutate(false, { onSuccess: ran })}>
          {words.runNow}
        </Button>
        {schedule.recipients.length > 0 && (
          <Button size="compact-md" variant="default" loading={run.isPending} onClick={() => run.mutate(true, { onSuccess: ran })}>
            {words.runAndSend}
          </Button>
        )}
        <Button size="compact-md" variant="default" onClick={change}>
          {words.change}
        </Button>
        <Button size="compact-md" variant="default" loading={put.isPending} onClick={() => put.mutate({ active: !schedule.active })}>
          {schedule.active ? words.switchOff : words.switchOn}
        </Button>
        {asking ? (
          <Button size="compact-md" color="red" loading={put.isPending} onClick={() => put.mutate({ archived: true })}>
            {words.archiveSure}
          </Button>
        ) : (
          <Button size="compact-md" variant="default" onClick={() => setAsking(true)}>
            {words.archive}
          </Button>
        )}
      </Group>
      {error !== null && <Refused error={error} />}
    </Stack>
  );
}
