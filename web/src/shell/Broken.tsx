// What stands in the place of a page that fell over: what to do now, in words, instead of a blank screen.

import { Alert, Button, Stack, Text } from "@mantine/core";
import type { ErrorComponentProps } from "@tanstack/react-router";

import { shell } from "../text/en.ts";

export function Broken({ error }: ErrorComponentProps) {
  return (
    <Alert color="red" role="alert" title={shell.broken} m="sm">
      <Stack gap="xs" align="flex-start">
        <Text>{shell.brokenExplained}</Text>
        <Text size="sm">{String(error)}</Text>
        <Button onClick={() => location.reload()}>{shell.reload}</Button>
      </Stack>
    </Alert>
  );
}
