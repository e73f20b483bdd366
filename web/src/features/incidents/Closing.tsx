// Closing in bulk: what is settled and nothing else, with the server's word on what was closed and what is left.

import { Alert as Notice, Button, Group, NativeSelect, Text, TextInput, Title } from "@mantine/core";
import { useState } from "react";

import { Refused } from "../../shell/Refused.tsx";
import { incidentsWords as words } from "../../text/en.ts";
import { useClose, useOutcomes, type Whole } from "./data.ts";
import classes from "./incidents.module.css";

export function Closing({ whole }: { whole: Whole }) {
  const outcomes = useOutcomes();
  const close = useClose(whole.id);
  const [outcome, setOutcome] = useState("");
  const [note, setNote] = useState("");
  const offered = (outcomes.data?.items ?? []).filter((each) => each.offered && each.id !== "heard_again");
  const send = () => {
    const made = { ...(outcome === "" ? {} : { outcome }), ...(note.trim() === "" ? {} : { note }) };
    close.mutate(made, { onSuccess: () => setNote("") });
  };
  const said = close.data !== undefined && (
    <Notice color="green" role="status" mt="xs">
      {close.data.closed.length === 0 ? words.close.nothing : words.close.done(close.data.closed.length)}{" "}
      {close.data.incident.closed_at == null ? close.data.incident.waiting > 0 && words.close.left(close.data.incident.waiting) : words.close.over}
    </Notice>
  );
  if (whole.closed_at != null) return said;
  return (
    <section aria-label={words.close.title} className={`${classes.closing} no-print`}>
      <Title order={2} size="h4">
        {words.close.title}
      </Title>
      <Text size="sm">{words.close.hint}</Text>
      <Group align="flex-end" gap="xs" mt={4}>
        <NativeSelect label={words.close.outcome} data={[{ value: "", label: words.close.standard }, ...offered.map((each) => ({ value: each.id, label: each.title }))]} value={outcome} onChange={(event) => setOutcome(event.currentTarget.value)} />
        <TextInput label={words.close.note} dir="auto" maxLength={4000} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        <Button disabled={close.isPending} onClick={send}>
          {words.close.send}
        </Button>
      </Group>
      {close.error !== null && <Refused error={close.error} />}
      {said}
    </section>
  );
}
