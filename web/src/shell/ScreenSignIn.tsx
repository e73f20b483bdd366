// The wall without a sign-in: it says so in letters that are seen from afar, and takes a token besides a name and a password.

import { Alert, Button, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import { useToken } from "../session/session.ts";
import { screenWords as words } from "../text/en.ts";
import { SignIn } from "./SignIn.tsx";

export function ScreenSignIn({ over, lost }: { over: boolean; lost: boolean }) {
  const tryToken = useToken();
  const [token, setToken] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    setRefused(null);
    tryToken(token.trim()).catch((error: unknown) => setRefused(error instanceof Error ? error.message : String(error)));
  };
  return (
    <SignIn over={over && !lost}>
      <Stack component="form" onSubmit={send} gap="xs" mt="xl">
        <Title order={2} size="h4">
          {words.title}
        </Title>
        {lost && (
          <Alert color="red" variant="filled" role="alert">
            <Text size="xl" fw={700}>
              {words.unknown}
            </Text>
          </Alert>
        )}
        <Text size="sm">{words.why}</Text>
        {refused !== null && (
          <Alert color="red" role="alert">
            {refused}
          </Alert>
        )}
        <PasswordInput label={words.token} name="token" autoComplete="off" required value={token} onChange={(event) => setToken(event.currentTarget.value)} description={words.kept} />
        <Button type="submit" variant="default">
          {words.use}
        </Button>
      </Stack>
    </SignIn>
  );
}
