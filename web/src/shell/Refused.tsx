import { Alert, Button, Group, Text } from "@mantine/core";

import { shell } from "../text/en.ts";

/** What the server said against something, with a way to try again. */
export function Refused({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  return (
    <Alert color="red" role="alert">
      <Group justify="space-between">
        <Text size="sm">{error instanceof Error ? error.message : String(error)}</Text>
        {retry !== undefined && (
          <Button size="compact-sm" variant="white" color="red" onClick={retry}>
            {shell.retry}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
