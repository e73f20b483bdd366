// Why it was raised, what the rule says to do, what was done, and what is to be written down.

import { Button, Checkbox, Group, Stack, Text, Textarea, Title } from "@mantine/core";
import { useRef, useState } from "react";

import { body, client } from "../../api/client.ts";
import { useDraft } from "../../form/draft.ts";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { caseWords as words } from "../../text/en.ts";
import { clockTime, dayTime, inZone } from "../../time/format.ts";
import classes from "./case.module.css";
import { type Case, useDo, useRuleTitles } from "./data.ts";

const SHOWN = 12;

export function Why({ shown, zone }: { shown: Case; zone: string | undefined }) {
  const note = useDo(shown.id, (text: string) => body(client.POST("/api/v1/alerts/{id}/notes", { params: { path: { id: shown.id } }, body: { text } })));
  const [text, setText] = useDraft(shown.id, "note");
  const field = useRef<HTMLTextAreaElement>(null);
  const [all, setAll] = useState(false);
  const title = useRuleTitles();
  useShortcuts([{ keys: "t", does: words.notes.label, act: () => field.current?.focus() }]);
  const done = new Map(shown.timeline.filter((entry) => entry.what === "note").map((entry) => [entry.text, entry]));
  const save = () => note.mutate(text, { onSuccess: () => setText("") });
  const newest = [...shown.timeline].reverse();
  return (
    <Stack gap="sm">
      <section aria-label={words.why.title}>
        <Title order={2} size="h5">
          {words.why.title}
        </Title>
        <Text dir="auto">{inZone(shown.explanation, zone)}</Text>
        {(shown.blind_rules ?? []).length > 0 && (
          <Text size="sm">
            {words.why.blind}: {shown.blind_rules?.map(title).join(", ")}
          </Text>
        )}
      </section>
      {shown.instructions.length > 0 && (
        <section aria-label={words.why.instructions}>
          <Title order={2} size="h5">
            {words.why.instructions}
          </Title>
          <Stack gap={6}>
            {shown.instructions.map((step, n) => {
              const made = done.get(words.why.done(step));
              return (
                <Checkbox
                  key={n}
                  label={made === undefined ? step : `${step} (${clockTime(made.at, zone)}${made.who == null ? "" : `, ${made.who}`})`}
                  checked={made !== undefined}
                  disabled={made !== undefined || shown.state === "closed"}
                  onChange={() => note.mutate(words.why.done(step))}
                />
              );
            })}
          </Stack>
        </section>
      )}
      <section aria-label={words.notes.title}>
        <Textarea ref={field} label={words.notes.label} description={text === "" ? undefined : words.notes.hint} dir="auto" autosize minRows={2} maxLength={4000} value={text} onChange={(event) => setText(event.currentTarget.value)} />
        <Group mt={6}>
          <Button size="compact-md" disabled={text.trim() === "" || note.isPending} onClick={save}>
            {words.notes.save}
          </Button>
        </Group>
        {note.error !== null && <Refused error={note.error} />}
      </section>
      <section aria-label={words.timeline.title}>
        <Title order={2} size="h5">
          {words.timeline.title}
        </Title>
        <ol className={classes.timeline}>
          {(all ? newest : newest.slice(0, SHOWN)).map((entry, n) => (
            <li key={newest.length - n}>
              <time dateTime={entry.at}>{dayTime(entry.at, zone)}</time> <span dir="auto">{inZone(entry.text, zone)}</span>
            </li>
          ))}
        </ol>
        {!all && newest.length > SHOWN && (
          <Button size="compact-sm" variant="default" onClick={() => setAll(true)}>
            {words.timeline.all(newest.length)}
          </Button>
        )}
      </section>
    </Stack>
  );
}
