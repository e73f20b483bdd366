// Signing in: the page for it, and the form alone where the session of somebody who is at work has ended.

import { Alert, Button, Center, Paper, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { type ReactNode, type SyntheticEvent, useEffect, useRef, useState } from "react";

import { useSignIn } from "../session/session.ts";
import { shell } from "../text/en.ts";
import classes from "./shell.module.css";

export function SignIn({ over = false, children }: { over?: boolean; children?: ReactNode }) {
  return (
    <Center component="main" mih="100vh" p="md">
      <Sheet over={over}>{children}</Sheet>
    </Center>
  );
}

/** Covers the page, which stays behind it as it was: whoever signs in again goes on where they were. */
export function SignInAgain() {
  const cover = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Neither the page nor a dialogue that was open takes keys meanwhile.
    const others = [...document.body.children].filter((each): each is HTMLElement => each instanceof HTMLElement && !each.contains(cover.current) && !each.inert);
    for (const other of others) other.inert = true;
    return () => {
      for (const other of others) other.inert = false;
    };
  }, []);
  return (
    <div ref={cover} className={classes.cover} role="dialog" aria-modal="true" aria-label={shell.signIn}>
      <Center mih="100vh" p="md">
        <Sheet over />
      </Center>
    </div>
  );
}

function Sheet({ over, children }: { over: boolean; children?: ReactNode }) {
  return (
    <Paper withBorder p="xl" w={380} maw="100%">
      <Stack>
        <Title order={1} size="h2">
          {shell.name}
        </Title>
        {over && <Alert color="yellow">{shell.sessionOver}</Alert>}
        <SignInForm />
      </Stack>
      {children}
    </Paper>
  );
}

export function SignInForm() {
  const signIn = useSignIn();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: SyntheticEvent) {
    event.preventDefault();
    setBusy(true);
    setRefused(null);
    try {
      await signIn(login, password);
    } catch (error) {
      setRefused(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        {refused !== null && (
          <Alert color="red" role="alert">
            {refused}
          </Alert>
        )}
        <TextInput label={shell.login} name="login" autoComplete="username" autoCapitalize="none" required autoFocus data-autofocus value={login} onChange={(event) => setLogin(event.currentTarget.value)} />
        <PasswordInput label={shell.password} name="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
        <Button type="submit" loading={busy}>
          {shell.signIn}
        </Button>
      </Stack>
    </form>
  );
}
