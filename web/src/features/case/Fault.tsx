// A fault: a technical alert that somebody sees to by a date, and how the person can call for help until then.

import { Alert as Notice, Button, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import { body, client, type Schemas } from "../../api/client.ts";
import { useDraft } from "../../form/draft.ts";
import { faultAt, faultElsewhere } from "../../form/fault.ts";
import { holds, useSignedIn } from "../../session/session.ts";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { caseWords as words } from "../../text/en.ts";
import { now } from "../../time/clock.ts";
import { dayTime } from "../../time/format.ts";
import { fromWall, plusDays, toWall } from "../../time/zone.ts";
import { type Case, useDo } from "./data.ts";

/** Tomorrow at five on the home's wall: most faults are promised for the next working day. */
function tomorrow(zone: string): string {
  return `${plusDays(toWall(now(), zone).slice(0, 10), 1)}T17:00`;
}

/** What is agreed about the fault, and the way to agree on it. Whoever has the alert does it, or anybody while nobody has it. */
export function Fault({ shown, zone }: { shown: Case; zone: string | undefined }) {
  const me = useSignedIn();
  const [open, setOpen] = useState(false);
  const may = shown.queue === "technical" && shown.state !== "closed" && holds(me, "administrator", "operator") && (shown.holder == null || shown.holder.id === me.id);
  useShortcuts(may ? [{ keys: "f", does: words.fault.take, act: () => setOpen(true) }] : []);
  if (shown.fault == null && !may) return null;
  return (
    <section aria-label={words.fault.title}>
      {shown.fault != null && (
        <Notice color={Date.parse(shown.fault.due_at) <= now() ? "red" : "gray"} title={words.fault.owned(shown.fault.owner, dayTime(shown.fault.due_at, zone))}>
          <Text size="sm" dir="auto">
            <b>{words.fault.until}:</b> {shown.fault.interim}
          </Text>
          <Text size="sm" dir="auto">
            {words.fault.by(shown.fault.by.name, dayTime(shown.fault.at, zone))}
          </Text>
        </Notice>
      )}
      {may && (
        <Button mt="xs" variant="default" onClick={() => setOpen(true)}>
          {shown.fault == null ? words.fault.take : words.fault.change}
        </Button>
      )}
      <Modal opened={open} onClose={() => setOpen(false)} title={words.fault.take} closeButtonProps={{ "aria-label": words.act.cancel }}>
        {open && <FaultForm shown={shown} zone={zone ?? "UTC"} done={() => setOpen(false)} />}
      </Modal>
    </section>
  );
}

function FaultForm({ shown, zone, done }: { shown: Case; zone: string; done: () => void }) {
  const send = useDo(shown.id, (made: Schemas["NewFault"]) => body(client.POST("/api/v1/alerts/{id}/fault", { params: { path: { id: shown.id } }, body: made })));
  const [owner, setOwner] = useDraft(shown.id, "fault-owner", shown.fault?.owner);
  const [interim, setInterim] = useDraft(shown.id, "fault-interim", shown.fault?.interim);
  const [due, setDue] = useState(() => (shown.fault == null ? tomorrow(zone) : toWall(shown.fault.due_at, zone)));
  const at = fromWall(due, zone);
  const save = () =>
    send.mutate({ owner, due_at: new Date(at).toISOString(), interim }, {
      onSuccess: () => {
        setOwner("");
        setInterim("");
        done();
      },
    });
  const names = ["owner", "due_at", "interim"];
  return (
    <Stack gap="xs">
      <Text size="sm">{words.fault.hint}</Text>
      {faultElsewhere(send.error, names) && <Refused error={send.error} />}
      <TextInput data-autofocus label={words.fault.owner} dir="auto" maxLength={200} value={owner} error={faultAt(send.error, "owner")} onChange={(event) => setOwner(event.currentTarget.value)} />
      <TextInput type="datetime-local" label={words.fault.due(zone)} value={due} error={faultAt(send.error, "due_at")} onChange={(event) => setDue(event.currentTarget.value)} />
      <Textarea label={words.fault.until} description={words.fault.untilHint} dir="auto" autosize minRows={2} maxLength={1000} value={interim} error={faultAt(send.error, "interim")} onChange={(event) => setInterim(event.currentTarget.value)} />
      <Button disabled={owner.trim() === "" || interim.trim() === "" || Number.isNaN(at) || send.isPending} onClick={save}>
        {words.fault.save}
      </Button>
    </Stack>
  );
}
