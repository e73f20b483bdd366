// The frame of a form that opens on a page.

import { Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

export function FormPaper({ title, explained, children }: { title: string; explained?: string; children: ReactNode }) {
  return (
    <Paper withBorder p="sm" maw={720}>
      <Stack gap="xs">
        <Title order={2} size="h5" dir="auto">
          {title}
        </Title>
        {explained !== undefined && <Text size="sm">{explained}</Text>}
        {children}
      </Stack>
    </Paper>
  );
}
