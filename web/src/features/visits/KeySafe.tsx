// The code of the key safe: shown to who asks for it, and asked for each time, because each reading is recorded. It is kept nowhere.

import { Button, Stack, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";

import { body, client } from "../../api/client.ts";
import { Refused } from "../../shell/Refused.tsx";
import { visitsWords } from "../../text/en.ts";
import classes from "./visits.module.css";

const words = visitsWords.keySafe;

/** `may`: the server knows that the reader has accepted. */
export function KeySafe({ visit, may }: { visit: string; may: boolean }) {
  const read = useMutation({ gcTime: 0, mutationFn: () => body(client.GET("/api/v1/visits/{id}/key-safe", { params: { path: { id: visit } } })) });
  const shown = may && read.data !== undefined;
  return (
    <section aria-label={words.title}>
      <Title order={2} size="h4">
        {words.title}
      </Title>
      {!may && <Text>{words.after}</Text>}
      {shown && (
        <Stack gap="xs">
          {read.data.code == null ? (
            <Text>{words.absent}</Text>
          ) : (
            <output className={classes.code} aria-label={words.code} dir="ltr">
              {read.data.code}
            </output>
          )}
          <Button className={classes.touch} variant="default" onClick={() => read.reset()}>
            {words.hide}
          </Button>
        </Stack>
      )}
      {may && !shown && (
        <Stack gap="xs">
          <Button className={classes.touch} loading={read.isPending} onClick={() => read.mutate()}>
            {words.show}
          </Button>
          <Text size="sm">{words.recorded}</Text>
        </Stack>
      )}
      {may && read.error !== null && <Refused error={read.error} />}
    </section>
  );
}
