// What can be done with a case. Each form opens by a key, keeps what was typed until the server has it, and shows the server's words.

import { Button, Group, Modal, NativeSelect, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";

import { body, client, type Schemas } from "../../api/client.ts";
import { useDraft } from "../../form/draft.ts";
import { usePeople } from "../../session/people.ts";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { caseWords as words, queue as queueWords } from "../../text/en.ts";
import { now } from "../../time/clock.ts";
import classes from "./case.module.css";
import { type Case, useDo, useOnCall, useOutcomes, useRotas } from "./data.ts";

type Form = "close" | "dispatch" | "hold" | "priority";
const FORMS: { form: Form; keys: string; label: string }[] = [
  { form: "dispatch", keys: "d", label: words.act.dispatch },
  { form: "hold", keys: "h", label: words.act.hold },
  { form: "priority", keys: "p", label: words.act.raise },
  { form: "close", keys: "x", label: words.act.close },
];

export function Actions({ shown, onClosed }: { shown: Case; onClosed: () => void }) {
  const [open, setOpen] = useState<Form | null>(null);
  const at = { params: { path: { id: shown.id } } };
  const escalate = useDo(shown.id, () => body(client.POST("/api/v1/alerts/{id}/escalate", at)));
  const release = useDo(shown.id, () => body(client.POST("/api/v1/alerts/{id}/release", at)));
  const ask = () => escalate.mutate(undefined, { onSuccess: () => notifications.show({ message: words.act.escalated }) });
  useShortcuts([...FORMS.map(({ form, keys, label }) => ({ keys, does: label, act: () => setOpen(form) })), { keys: "e", does: words.act.escalate, act: ask }]);
  const done = () => setOpen(null);
  // Whoever presses X finds the outcomes there.
  useOutcomes(shown.queue);
  return (
    <section aria-label={words.act.title} className={classes.acts}>
      <Group gap="xs" className={classes.buttons}>
        {FORMS.map(({ form, label }) => (
          <Button key={form} variant={form === "close" ? "filled" : "default"} onClick={() => setOpen(form)}>
            {label}
          </Button>
        ))}
        <Button variant="default" onClick={ask} disabled={escalate.isPending}>
          {words.act.escalate}
        </Button>
        <Button variant="default" onClick={() => release.mutate(undefined)} disabled={release.isPending}>
          {words.act.release}
        </Button>
      </Group>
      {escalate.error !== null && <Refused error={escalate.error} />}
      {release.error !== null && <Refused error={release.error} />}
      <Modal opened={open !== null} onClose={done} title={FORMS.find(({ form }) => form === open)?.label} closeButtonProps={{ "aria-label": words.act.cancel }}>
        {open === "close" && <CloseForm shown={shown} done={onClosed} />}
        {open === "hold" && <HoldForm shown={shown} done={done} />}
        {open === "priority" && <PriorityForm shown={shown} done={done} />}
        {open === "dispatch" && <DispatchForm shown={shown} done={done} />}
      </Modal>
    </section>
  );
}

interface FormProps {
  shown: Case;
  done: () => void;
}

function CloseForm({ shown, done }: FormProps) {
  const outcomes = useOutcomes(shown.queue);
  const close = useDo(shown.id, (made: Schemas["NewClosing"]) => body(client.POST("/api/v1/alerts/{id}/close", { params: { path: { id: shown.id } }, body: made })));
  const [outcome, setOutcome] = useState("");
  const [note, setNote] = useDraft(shown.id, "closing");
  const [cause, setCause] = useDraft(shown.id, "breach");
  const breached = shown.breach_at != null && shown.accepted_at != null && Date.parse(shown.accepted_at) > Date.parse(shown.breach_at);
  const send = () => {
    const made = { outcome, activations_seen: shown.activations, ...(note === "" ? {} : { note }), ...(cause === "" ? {} : { breach_cause: cause }) };
    close.mutate(made, {
      onSuccess: () => {
        setNote("");
        setCause("");
        done();
      },
    });
  };
  const offered = (outcomes.data?.items ?? []).filter((each) => each.offered);
  return (
    <Stack gap="xs">
      <NativeSelect data-autofocus label={words.act.outcome} data={[{ value: "", label: words.act.choose }, ...offered.map((each) => ({ value: each.id, label: each.title }))]} value={outcome} onChange={(event) => setOutcome(event.currentTarget.value)} />
      {outcomes.error !== null && <Refused error={outcomes.error} retry={() => void outcomes.refetch()} />}
      {breached && <Textarea label={words.act.breach} value={cause} maxLength={4000} onChange={(event) => setCause(event.currentTarget.value)} />}
      <Textarea label={words.act.note} dir="auto" autosize minRows={2} value={note} maxLength={4000} onChange={(event) => setNote(event.currentTarget.value)} />
      {close.error !== null && <Refused error={close.error} />}
      <Button disabled={outcome === "" || close.isPending} onClick={send}>
        {words.act.close}
      </Button>
    </Stack>
  );
}

function HoldForm({ shown, done }: FormProps) {
  const hold = useDo(shown.id, (made: Schemas["NewHold"]) => body(client.POST("/api/v1/alerts/{id}/hold", { params: { path: { id: shown.id } }, body: made })));
  // As long as the server allows for most: a case of life and death is parked for minutes.
  const [minutes, setMinutes] = useState(shown.priority === 1 ? "5" : "15");
  const [reason, setReason] = useDraft(shown.id, "hold");
  const finish = () => {
    setReason("");
    done();
  };
  const send = () => {
    const until = new Date(now() + Number(minutes) * 60_000).toISOString();
    hold.mutate({ until, reason }, { onSuccess: finish });
  };
  return (
    <Stack gap="xs">
      <NativeSelect label={words.act.until} data={[5, 10, 15, 30, 60].map((count) => ({ value: String(count), label: words.act.minutes(count) }))} value={minutes} onChange={(event) => setMinutes(event.currentTarget.value)} />
      <Textarea data-autofocus label={words.act.reason} dir="auto" value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
      {hold.error !== null && <Refused error={hold.error} />}
      <Button disabled={reason.trim() === "" || hold.isPending} onClick={send}>
        {words.act.hold}
      </Button>
    </Stack>
  );
}

function PriorityForm({ shown, done }: FormProps) {
  const change = useDo(shown.id, (made: Schemas["NewPriority"]) => body(client.POST("/api/v1/alerts/{id}/priority", { params: { path: { id: shown.id } }, body: made })));
  const [priority, setPriority] = useState(String(Math.max(1, shown.priority - 1)));
  const [reason, setReason] = useDraft(shown.id, "priority");
  const finish = () => {
    setReason("");
    done();
  };
  const send = () => change.mutate({ priority: Number(priority), reason }, { onSuccess: finish });
  return (
    <Stack gap="xs">
      <NativeSelect label={words.act.newPriority} data={[1, 2, 3, 4, 5].map((each) => ({ value: String(each), label: `${each} ${queueWords.priorities[each] ?? ""}` }))} value={priority} onChange={(event) => setPriority(event.currentTarget.value)} />
      <Textarea data-autofocus label={words.act.reason} dir="auto" value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />
      {change.error !== null && <Refused error={change.error} />}
      <Button disabled={reason.trim() === "" || change.isPending} onClick={send}>
        {words.act.newPriority}
      </Button>
    </Stack>
  );
}

function DispatchForm({ shown, done }: FormProps) {
  const rotas = useRotas(shown.organisation, true);
  const [rota, setRota] = useState<string | null>(null);
  const [person, setPerson] = useState("");
  const chosen = rota ?? rotas.data?.items[0]?.id ?? null;
  const onCall = useOnCall(chosen).data;
  const dispatch = useDo(shown.id, (made: Schemas["Dispatch"]) => body(client.POST("/api/v1/alerts/{id}/dispatch", { params: { path: { id: shown.id } }, body: made })));
  const responders = usePeople(shown.organisation, "responder").people;
  const ids = new Set([...(onCall?.on_call ?? []), ...(onCall?.next ?? [])].map((shift) => shift.person));
  const choice = (people: typeof responders) => people.map(({ id, name }) => ({ value: id, label: name }));
  const groups = [
    { group: words.act.onCall, items: choice(responders.filter(({ id }) => ids.has(id))) },
    { group: words.act.others, items: choice(responders.filter(({ id }) => !ids.has(id))) },
  ].filter(({ items }) => items.length > 0);
  const send = () => dispatch.mutate(person === "" ? { rota: chosen } : { responder: person }, { onSuccess: done });
  if (rotas.error !== null) return <Refused error={rotas.error} retry={() => void rotas.refetch()} />;
  const noRota = rotas.data?.items.length === 0;
  if (noRota && responders.length === 0) return <Text>{words.act.noRota}</Text>;
  return (
    <Stack gap="xs">
      {!noRota && <NativeSelect label={words.act.rota} data={(rotas.data?.items ?? []).map((each) => ({ value: each.id, label: each.name }))} value={chosen ?? ""} onChange={(event) => setRota(event.currentTarget.value)} />}
      <NativeSelect label={words.act.person} data={[{ value: "", label: noRota ? words.act.whom : words.act.inTurn }, ...groups]} value={person} onChange={(event) => setPerson(event.currentTarget.value)} />
      {dispatch.error !== null && <Refused error={dispatch.error} />}
      <Button data-autofocus disabled={(chosen === null && person === "") || dispatch.isPending} onClick={send}>
        {words.act.dispatch}
      </Button>
    </Stack>
  );
}
