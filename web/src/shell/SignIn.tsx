import { Alert, Button, Center, Paper, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import { useSignIn } from "../session/session.ts";
import { shell } from "../text/en.ts";

export function SignIn({ over }: { over: boolean }) {
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
    <Center component="main" mih="100vh" p="md">
      <Paper component="form" onSubmit={submit} withBorder p="xl" w={380} maw="100%">
        <Stack>
          <Title order={1} size="h2">
            {shell.name}
          </Title>
          {over && <Alert color="yellow">{shell.sessionOver}</Alert>}
          {refused !== null && (
            <Alert color="red" role="alert">
              {refused}
            </Alert>
          )}
          <TextInput label={shell.login} name="login" autoComplete="username" autoCapitalize="none" required autoFocus value={login} onChange={(event) => setLogin(event.currentTarget.value)} />
          <PasswordInput label={shell.password} name="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
          <Button type="submit" loading={busy}>
            {shell.signIn}
          </Button>
        </Stack>
      </Paper>
    </Center>
  );
}
