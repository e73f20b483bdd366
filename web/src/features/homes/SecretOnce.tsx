// A secret that is shown this once: it stays until somebody says that they have it.

import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useRef, useState } from "react";

import type { Schemas } from "../../api/client.ts";
import { homesWords as words } from "../../text/en.ts";

const ONCE = words.gateways.once;

export function SecretOnce({ made, done }: { made: Schemas["GatewayWithSecret"]; done: () => void }) {
  const [told, setTold] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(made.secret);
      setTold(ONCE.copied);
    } catch {
      // Without a secure connection, or where the browser forbids it, there is no clipboard.
      setTold(ONCE.failed);
    }
  };
  return (
    <Alert color="orange" role="alert" maw={720}>
      <Stack gap="xs">
        <Text fw={700}>{ONCE.title(made.id)}</Text>
        <Text size="sm">{ONCE.explained}</Text>
        <Group gap="xs" align="flex-end">
          <TextInput ref={field} label={ONCE.label} readOnly dir="ltr" w={340} maw="100%" value={made.secret} onFocus={(event) => event.currentTarget.select()} />
          <Button variant="default" onClick={() => void copy()}>
            {ONCE.copy}
          </Button>
          <Button onClick={done}>{ONCE.done}</Button>
        </Group>
        <Text size="sm" role="status">
          {told}
        </Text>
      </Stack>
    </Alert>
  );
}
