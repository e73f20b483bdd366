// A button for what is not done by a slip of the hand: it says what follows, and asks.

import { Button, Modal, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { Refused } from "../shell/Refused.tsx";
import { forms } from "../text/en.ts";

interface Props {
  /** The words on the button, and on the one that does it. */
  label: string;
  /** With its object, for those who hear the button only. */
  name?: string;
  /** What follows from it. */
  explained: string;
  act: () => Promise<unknown>;
  done?: () => void;
}

export function AskFirst({ label, name, explained, act, done }: Props) {
  const [asking, setAsking] = useState(false);
  const acting = useMutation({ mutationFn: act });
  const send = () =>
    acting.mutate(undefined, {
      onSuccess: () => {
        setAsking(false);
        done?.();
      },
    });
  return (
    <>
      <Button size="compact-sm" variant="default" {...(name === undefined ? {} : { "aria-label": name })} onClick={() => setAsking(true)}>
        {label}
      </Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title={name ?? label} closeButtonProps={{ "aria-label": forms.cancel }}>
        <Stack gap="xs">
          <Text size="sm">{explained}</Text>
          {acting.error !== null && <Refused error={acting.error} />}
          <Button color="red" loading={acting.isPending} onClick={send}>
            {label}
          </Button>
        </Stack>
      </Modal>
    </>
  );
}
