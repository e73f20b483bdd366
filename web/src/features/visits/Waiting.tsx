// What is not with the server yet, and how old the picture is: said plainly, in place of a spinner.

import { Alert, Button, Stack, Text } from "@mantine/core";

import { useOutbox, useWaiting } from "../../outbox/context.tsx";
import { visitsWords as words } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { clockTime, span } from "../../time/format.ts";
import { OLD_MS, type useVisits } from "./data.ts";
import classes from "./visits.module.css";

/** What is sent within this is not worth a word. */
const SOON_MS = 2000;

export function Waiting() {
  const box = useOutbox();
  const all = useWaiting();
  const now = useNow();
  const unsent = all.filter((each) => each.refused === undefined && now - each.at >= SOON_MS);
  return (
    <>
      {unsent.length > 0 && (
        <Alert color="yellow" role="status">
          <Text fw={700}>{words.waiting.title(unsent.length)}</Text>
          <ul className={classes.plain}>
            {unsent.map((each) => (
              <li key={each.key} dir="auto">
                {words.waiting.line(words.sent[each.step], each.home === "" ? words.waiting.visit : each.home, clockTime(each.at))}
              </li>
            ))}
          </ul>
          {unsent.some((each) => each.step === "accept" || each.step === "decline") && <Text fw={700}>{words.waiting.answer}</Text>}
          <Text size="sm">{words.waiting.explain}</Text>
        </Alert>
      )}
      {all.map(
        (each) =>
          each.refused !== undefined && (
            <Alert key={each.key} color="red" role="alert">
              <Stack gap="xs">
                <Text fw={700}>{words.waiting.refused(words.sent[each.step])}</Text>
                <Text>{each.refused}</Text>
                {each.words !== "" && (
                  <p className={classes.words} dir="auto">
                    {each.words}
                  </p>
                )}
                <Button className={classes.touch} variant="default" onClick={() => box.dismiss(each.key)}>
                  {words.waiting.dismiss}
                </Button>
              </Stack>
            </Alert>
          ),
      )}
    </>
  );
}

/** Says when the picture is old, and how old. */
export function Stale({ list }: { list: ReturnType<typeof useVisits> }) {
  const now = useNow();
  const count = useWaiting().filter((each) => each.refused === undefined).length;
  const age = now - (list.data?.at ?? now);
  const broken = list.failureCount > 0 || list.fetchStatus === "paused" || list.error !== null;
  if (list.data === undefined || (!broken && age < OLD_MS)) return null;
  return (
    <Alert className={classes.stale} color="red" variant="filled" role="alert">
      {words.stale(span(age))} {count > 0 && words.waiting.title(count)}
    </Alert>
  );
}
