// The control room calls a visit off, and says why.

import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { body, client } from "../../api/client.ts";
import { useDraft } from "../../form/draft.ts";
import { Refused } from "../../shell/Refused.tsx";
import { visitsWords } from "../../text/en.ts";

const words = visitsWords.cancel;

export function CallOff({ visit }: { visit: string }) {
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useDraft(visit, "call-off");
  const cancel = useMutation({
    mutationFn: () => body(client.POST("/api/v1/visits/{id}/cancel", { params: { path: { id: visit } }, body: { reason } })),
    onSuccess: async () => {
      setReason("");
      await queries.invalidateQueries({ queryKey: ["visits"] });
      await queries.invalidateQueries({ queryKey: ["visit", visit] });
    },
  });
  if (!open) {
    return (
      <Group>
        <Button variant="default" onClick={() => setOpen(true)}>
          {words.act}
        </Button>
      </Group>
    );
  }
  return (
    <Stack gap="xs">
      <Textarea label={words.reason} dir="auto" maxLength={1000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      {cancel.error !== null && <Refused error={cancel.error} />}
      <Group>
        <Button color="red" disabled={reason.trim() === "" || cancel.isPending} onClick={() => cancel.mutate()}>
          {words.send}
        </Button>
      </Group>
    </Stack>
  );
}
