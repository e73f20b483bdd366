// Somebody else for a time, one more beside, or nobody. Times are by the clocks of the rota's zone.

import { Paper, Stack, Text, Title } from "@mantine/core";

import { RecordForm, type Values } from "../../form/RecordForm.tsx";
import type { Person } from "../../session/people.ts";
import { rotasWords as words } from "../../text/en.ts";
import { fromWall, toWall } from "../../time/zone.ts";
import { type Rota, send, useRotaChange } from "./data.ts";

export interface Stretch {
  from: number;
  until: number;
  /** Whose shift it is; null: a gap. */
  person: string | null;
}

interface Props {
  rota: Rota;
  people: readonly Person[];
  begun: Stretch;
  done: () => void;
  cancel: () => void;
}

const BESIDE = "beside";

function instant(value: unknown, zone: string): string {
  const at = fromWall(String(value), zone);
  // What is no time is sent as it is: the server says what it wants.
  return Number.isNaN(at) ? String(value) : new Date(at).toISOString();
}

export function OverrideForm({ rota, people, begun, done, cancel }: Props) {
  const change = useRotaChange(({ person, instead_of: how, from, until, reason }: Values) =>
    send.override(rota.id, {
      person: person === "" || person == null ? null : String(person),
      instead_of: how === "" || how === BESIDE || how == null ? null : String(how),
      beside: how === BESIDE,
      from: instant(from, rota.zone),
      until: instant(until, rota.zone),
      reason: String(reason),
    }),
  );
  const choices = people.map(({ id, name }) => ({ value: id, label: name }));
  const hint = words.override.zone(rota.zone);
  return (
    <Paper withBorder p="sm">
      <Stack gap="xs">
        <Title order={2} size="h5">
          {words.override.new}
        </Title>
        <Text size="sm">{words.override.explained}</Text>
        <RecordForm
          // A piece of the calendar that is pressed fills the form anew.
          key={`${begun.from} ${begun.until} ${begun.person ?? ""}`}
          label={words.override.new}
          fields={[
            { name: "person", label: words.override.person, kind: "choice", choices: [{ value: "", label: words.override.nobody }, ...choices] },
            { name: "instead_of", label: words.override.how, kind: "choice", choices: [{ value: "", label: words.override.whoever }, ...choices.map(({ value, label }) => ({ value, label: words.override.only(label) })), { value: BESIDE, label: words.override.beside }] },
            { name: "from", label: words.override.from, kind: "time", required: true, hint },
            { name: "until", label: words.override.until, kind: "time", required: true, hint },
            { name: "reason", label: words.override.reason, kind: "area", required: true, max: 500 },
          ]}
          initial={{ from: toWall(begun.from, rota.zone), until: toWall(begun.until, rota.zone), instead_of: begun.person ?? "" }}
          send={words.override.send}
          save={(values) => change.mutateAsync(values)}
          done={done}
          cancel={cancel}
        />
      </Stack>
    </Paper>
  );
}
