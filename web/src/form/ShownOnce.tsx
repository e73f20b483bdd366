// A secret that the server shows this once: it stays until the reader says that it is copied.

import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useRef, useState } from "react";

import { forms } from "../text/en.ts";

interface Props {
  label: string;
  secret: string;
  /** What it is for, and where it goes. */
  hint?: string;
  done: () => void;
}

export function ShownOnce({ label, secret, hint, done }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState("");
  const copy = () => {
    field.current?.select();
    // Without a secure connection there is no clipboard for pages.
    const copying = (navigator.clipboard as Clipboard | undefined)?.writeText(secret) ?? Promise.reject(new Error("no clipboard"));
    copying.then(() => setSaid(forms.copied)).catch(() => setSaid(forms.copyByHand));
  };
  return (
    <Alert color="teal" role="status">
      <Stack gap="xs">
        <Text size="sm" fw={600}>
          {forms.onceOnly}
        </Text>
        <Group gap="xs" align="flex-end">
          <TextInput ref={field} label={label} description={hint} readOnly dir="ltr" value={secret} flex={1} miw={220} onFocus={(event) => event.currentTarget.select()} />
          <Button variant="default" onClick={copy}>
            {forms.copy}
          </Button>
          <Button variant="default" onClick={done}>
            {forms.onceDone}
          </Button>
        </Group>
        {said !== "" && <Text size="sm">{said}</Text>}
      </Stack>
    </Alert>
  );
}
