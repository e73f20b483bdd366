// The code of the key safe, for somebody at the door who cannot read it: shown to the holder of the case, with a reason, for a minute.

import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { body, client } from "../../api/client.ts";
import { useDraft } from "../../form/draft.ts";
import { Refused } from "../../shell/Refused.tsx";
import { caseWords } from "../../text/en.ts";
import { now as serverNow, useNow } from "../../time/clock.ts";
import { span } from "../../time/format.ts";
import classes from "./case.module.css";

const words = caseWords.keySafe;
/** Long enough to be said twice over the telephone. */
const SHOWN_MS = 60_000;

export function KeySafe({ alert, mine }: { alert: string; mine: boolean }) {
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useDraft(alert, "key-safe");
  // Kept here and nowhere else: it is gone with the page, and when the case is lost.
  const [shown, setShown] = useState<{ code: string; until: number } | null>(null);
  const read = useMutation({
    gcTime: 0,
    mutationFn: () => body(client.POST("/api/v1/alerts/{id}/key-safe", { params: { path: { id: alert } }, body: { reason } })),
    onSuccess: async (answer) => {
      setShown({ code: answer.code ?? "", until: serverNow() + SHOWN_MS });
      setReason("");
      setOpen(false);
      read.reset();
      await queries.invalidateQueries({ queryKey: ["case", alert] });
    },
  });
  if (!mine) return <Text size="sm">{words.notYours}</Text>;
  if (shown !== null) return <Code shown={shown} hide={() => setShown(null)} />;
  return (
    <Stack gap="xs">
      {!open && (
        <Group>
          <Button size="compact-md" variant="default" onClick={() => setOpen(true)}>
            {words.show}
          </Button>
        </Group>
      )}
      {open && (
        <>
          <Textarea autoFocus label={words.reason} description={words.recorded} dir="auto" maxLength={1000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
          {read.error !== null && <Refused error={read.error} />}
          <Group gap="xs">
            <Button size="compact-md" disabled={reason.trim() === "" || read.isPending} onClick={() => read.mutate()}>
              {words.show}
            </Button>
            <Button size="compact-md" variant="default" onClick={() => setOpen(false)}>
              {words.cancel}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}

function Code({ shown, hide }: { shown: { code: string; until: number }; hide: () => void }) {
  // The clock of the page goes by whole seconds.
  const left = Math.min(shown.until - useNow(), SHOWN_MS);
  const over = left <= 0;
  useEffect(() => {
    if (over) hide();
  }, [over, hide]);
  return (
    <Group gap="xs">
      <output className={classes.code} aria-label={words.code} dir="ltr">
        {shown.code}
      </output>
      <Button size="compact-md" variant="default" onClick={hide}>
        {words.hide}
      </Button>
      <Text size="sm" className="counting">
        {words.hidden(span(left))}
      </Text>
    </Group>
  );
}
