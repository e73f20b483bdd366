// What the responder presses: what comes next under the thumb, at the bottom of the screen. It goes into the outbox, network or not.

import { Button, Group, Stack, Textarea } from "@mantine/core";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { useDraft } from "../../form/draft.ts";
import { useOutbox } from "../../outbox/context.tsx";
import type { Step } from "../../outbox/outbox.ts";
import { visitsWords as words } from "../../text/en.ts";
import { type Stage, steps } from "./stage.ts";
import classes from "./visits.module.css";

/** After a press the button for the next step stands in the same place: a second tap of a wet thumb must not be that one. */
const REST_MS = 900;

interface Props {
  visit: string;
  home: string;
  stage: Stage;
  /** What counts meanwhile, always in sight. */
  timer: ReactNode;
}

export function Steps({ visit, home, stage, timer }: Props) {
  const box = useOutbox();
  const [declining, setDeclining] = useState(false);
  const [note, setNote] = useDraft(visit, "visit-note");
  const resting = useRest(stage);
  const next = steps(stage);
  const press = (step: Step, said = "") => box.add({ visit, home, step, words: said });
  const complete = () => {
    press("complete", note.trim());
    setNote("");
  };
  if (next.length === 0) return null;
  if (declining && next.includes("decline")) {
    return <Decline visit={visit} send={(reason) => press("decline", reason)} back={() => setDeclining(false)} />;
  }
  return (
    <>
      {next.includes("complete") && <Textarea label={words.note.label} description={words.note.hint} size="lg" dir="auto" autosize minRows={3} maxLength={4000} value={note} onChange={(event) => setNote(event.currentTarget.value)} />}
      <div className={classes.bar} role="group" aria-label={words.steps.title}>
        <Stack gap={10}>
          {timer}
          {next.map((step) => (
            <Button
              key={step}
              className={step === "decline" ? classes.touch : classes.thumb}
              variant={step === "decline" ? "default" : "filled"}
              fullWidth
              disabled={resting}
              onClick={() => (step === "decline" ? setDeclining(true) : step === "complete" ? complete() : press(step))}
            >
              {words.steps[step]}
            </Button>
          ))}
        </Stack>
      </div>
    </>
  );
}

function useRest(stage: Stage): boolean {
  const [rested, setRested] = useState(stage);
  useEffect(() => {
    const timer = setTimeout(() => setRested(stage), REST_MS);
    return () => clearTimeout(timer);
  }, [stage]);
  return rested !== stage;
}

function Decline({ visit, send, back }: { visit: string; send: (reason: string) => void; back: () => void }) {
  const [reason, setReason] = useDraft(visit, "decline");
  const form = useRef<HTMLElement>(null);
  // It stands at the end of the page, and whoever declines may have read the top only. (In braces: newer browsers answer with a promise, which is no clean-up.)
  useEffect(() => {
    form.current?.scrollIntoView({ block: "end" });
  }, []);
  const go = () => {
    send(reason.trim());
    setReason("");
  };
  return (
    <section ref={form} aria-label={words.decline.title}>
      <Stack gap="sm">
        <Textarea label={words.decline.title} size="lg" dir="auto" autosize minRows={2} maxLength={1000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <Group gap="xs">
          {words.decline.quick.map((each) => (
            <Button key={each} className={classes.touch} variant="default" onClick={() => setReason(each)}>
              {each}
            </Button>
          ))}
        </Group>
      </Stack>
      <div className={classes.bar}>
        <Stack gap={10}>
          <Button className={classes.thumb} color="red" fullWidth disabled={reason.trim() === ""} onClick={go}>
            {words.decline.send}
          </Button>
          <Button className={classes.touch} variant="default" fullWidth onClick={back}>
            {words.decline.keep}
          </Button>
        </Stack>
      </div>
    </section>
  );
}
