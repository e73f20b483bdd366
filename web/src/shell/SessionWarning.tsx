// Warns before the session ends, so that it does not end in the middle of a call: one press goes on, or the password where it has been long enough.

import { Alert, Button, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useEffect } from "react";

import { useAskAgain, useRenew, useSessionOver, useSignedIn } from "../session/session.ts";
import { WARN_MS, warning } from "../session/warning.ts";
import { session as words } from "../text/en.ts";
import { useNow } from "../time/clock.ts";
import { clockTime, span } from "../time/format.ts";
import { Refused } from "./Refused.tsx";
import classes from "./shell.module.css";
import { SignInForm } from "./SignIn.tsx";

export function SessionWarning() {
  const session = useSignedIn().session ?? null;
  const over = useSessionOver();
  const ask = useAskAgain();
  const renew = useRenew();
  const [form, { open, close }] = useDisclosure(false);
  const now = useNow();
  const told = session === null || over ? null : warning(session, now);
  const past = told !== null && told.left_ms <= 0;
  const ends = session?.ends_at;
  useEffect(() => {
    // The server decides; at another tab the session may have been continued.
    if (past) void ask();
  }, [past, ask]);
  useEffect(() => close(), [ends, close]);
  if (told === null || ends === undefined) return null;
  return (
    <Alert className={classes.warning} color={told.left_ms < WARN_MS / 5 ? "red" : "yellow"} variant="filled" role="alert">
      <Group justify="space-between">
        <Text>
          {words.ends(clockTime(ends))} <span aria-hidden="true">{words.in(span(told.left_ms))}</span>
          {!told.renewable && ` ${words.notAgain}`}
        </Text>
        {told.renewable ? (
          <Button variant="white" color="dark" loading={renew.isPending} onClick={() => renew.mutate()}>
            {words.stay}
          </Button>
        ) : (
          <Button variant="white" color="dark" onClick={open}>
            {words.signInAgain}
          </Button>
        )}
      </Group>
      {renew.error !== null && <Refused error={renew.error} />}
      <Modal opened={form} onClose={close} title={words.signInAgain} closeButtonProps={{ "aria-label": words.cancel }}>
        <SignInForm />
      </Modal>
    </Alert>
  );
}
