// Putting a revision in force, with a reason; and what is said of one that was just made.

import { Alert, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Link } from "@tanstack/react-router";
import { type SyntheticEvent, useState } from "react";

import { Refused } from "../../shell/Refused.tsx";
import { forms, rulesWords as words } from "../../text/en.ts";
import { useActivation } from "./data.ts";

export function ActivateButton({ revision, label, quiet = false }: { revision: number; label: string; quiet?: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size={quiet ? "compact-sm" : "sm"} variant={quiet ? "default" : "filled"} {...(quiet ? { "aria-label": words.revision.activateOne(revision) } : {})} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={words.activation.title(revision)} closeButtonProps={{ "aria-label": forms.cancel }}>
        <ActivationForm revision={revision} done={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function ActivationForm({ revision, done }: { revision: number; done: () => void }) {
  const [reason, setReason] = useState("");
  const activate = useActivation();
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    activate.mutate(
      { revision, reason },
      {
        onSuccess: (answer) => {
          notifications.show({ closeButtonProps: { "aria-label": forms.cancel }, message: words.activation.done(answer.revision, answer.changed.join(", ")) });
          done();
        },
      },
    );
  };
  return (
    <form onSubmit={send}>
      <Stack gap="xs">
        <Text size="sm">{words.activation.explained}</Text>
        <Textarea data-autofocus label={words.activation.reason} dir="auto" required autosize minRows={2} maxLength={1000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        {activate.error !== null && <Refused error={activate.error} />}
        <Group>
          <Button type="submit" loading={activate.isPending}>
            {words.activation.send}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What came of a change, and what to do with it next. */
export function Made({ revision, active }: { revision: number; active: boolean }) {
  if (active) return <Alert role="status">{words.edit.madeActive(revision)}</Alert>;
  return (
    <Alert role="status" color="teal">
      <Group justify="space-between">
        <Text size="sm">{words.edit.made(revision)}</Text>
        <Group gap="xs">
          <Button variant="default" renderRoot={(props) => <Link to="/rules/backtest" search={{ revision: String(revision) }} {...props} />}>
            {words.edit.tryRevision}
          </Button>
          <ActivateButton revision={revision} label={words.edit.activate(revision)} />
        </Group>
      </Group>
    </Alert>
  );
}
