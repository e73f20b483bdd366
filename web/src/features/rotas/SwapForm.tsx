// Two people take each other's shifts, chosen from those of the next eight weeks.

import { Paper, Stack, Text, Title } from "@mantine/core";

import { RecordForm, type Values } from "../../form/RecordForm.tsx";
import { rotasWords as words } from "../../text/en.ts";
import { dayTime } from "../../time/format.ts";
import type { Shift } from "./calendar.ts";
import { type Rota, send, useComing, useRotaChange } from "./data.ts";

const DAYS = 56;

export function SwapForm({ rota, done, cancel }: { rota: Rota; done: () => void; cancel: () => void }) {
  const shifts = useComing(rota.id, DAYS).data?.shifts ?? [];
  const key = (shift: Shift) => `${shift.person} ${shift.from}`;
  const side = (value: unknown) => {
    const shift = shifts.find((each) => key(each) === value);
    return { person: shift?.person ?? "", from: shift?.from ?? "", until: shift?.until ?? "" };
  };
  const change = useRotaChange(({ one, other, reason }: Values) => send.swap(rota.id, { one: side(one), other: side(other), reason: String(reason) }));
  const choices = [{ value: "", label: words.swap.choose }, ...shifts.map((shift) => ({ value: key(shift), label: words.swap.shift(shift.name, dayTime(shift.from, rota.zone, rota.zone), dayTime(shift.until, rota.zone, rota.zone)) }))];
  return (
    <Paper withBorder p="sm">
      <Stack gap="xs">
        <Title order={2} size="h5">
          {words.swap.title}
        </Title>
        <Text size="sm">{words.swap.explained}</Text>
        <RecordForm
          label={words.swap.title}
          fields={[
            { name: "one", label: words.swap.one, kind: "choice", choices, required: true },
            { name: "other", label: words.swap.other, kind: "choice", choices, required: true },
            { name: "reason", label: words.swap.reason, kind: "area", required: true, max: 500 },
          ]}
          send={words.swap.send}
          save={(values) => change.mutateAsync(values)}
          done={done}
          cancel={cancel}
        />
      </Stack>
    </Paper>
  );
}
