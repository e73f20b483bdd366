// One layer of a rota in its form: who takes turns, how long a turn is, from when to when, and at which hours.

import { ActionIcon, Button, Fieldset, Group, NativeSelect, NumberInput, Stack, Text, TextInput } from "@mantine/core";

import type { Person } from "../../session/people.ts";
import { rotasWords as words } from "../../text/en.ts";
import { DAYS, type LayerDraft, moved } from "./layers.ts";
import { WindowFields } from "./WindowFields.tsx";

interface Props {
  n: number;
  layer: LayerDraft;
  people: readonly Person[];
  nameOf: (id: string) => string;
  put: (change: Partial<LayerDraft>) => void;
  /** Absent for the only layer. */
  remove: (() => void) | null;
}

const EVERY = [
  { value: "weeks", label: words.form.weeks },
  { value: "days", label: words.form.daysUnit },
  { value: "hours", label: words.form.hours },
] as const;

export function LayerFields({ n, layer, people, nameOf, put, remove }: Props) {
  const legend = n === 0 ? `${words.form.layer(1)} (${words.form.lowest})` : words.form.layer(n + 1);
  return (
    <Fieldset legend={legend} p="sm">
      <Stack gap="xs">
        <Group gap="sm" align="flex-end">
          <TextInput label={words.form.layerName} required dir="auto" maxLength={100} w={220} value={layer.name} onChange={(event) => put({ name: event.currentTarget.value })} />
          <NumberInput label={words.form.count} required hideControls clampBehavior="none" w={130} value={layer.count ?? ""} onChange={(count) => put({ count: typeof count === "number" ? count : null })} />
          <NativeSelect label={words.form.every} value={layer.every} data={EVERY} onChange={(event) => put({ every: EVERY.find((each) => each.value === event.currentTarget.value)?.value ?? "weeks" })} />
          {layer.every === "weeks" && <NativeSelect label={words.form.on} value={layer.on} data={DAYS.map((value) => ({ value, label: words.days[value] }))} onChange={(event) => put({ on: DAYS.find((day) => day === event.currentTarget.value) ?? "mon" })} />}
          {layer.every !== "hours" && <TextInput type="time" label={words.form.at} required value={layer.at} onChange={(event) => put({ at: event.currentTarget.value })} />}
          <TextInput type="datetime-local" label={words.form.starts} required value={layer.starts.wall} onChange={(event) => put({ starts: { ...layer.starts, wall: event.currentTarget.value } })} />
          <TextInput type="datetime-local" label={words.form.ends} value={layer.ends.wall} onChange={(event) => put({ ends: { ...layer.ends, wall: event.currentTarget.value } })} />
        </Group>
        <Turns persons={layer.persons} people={people} nameOf={nameOf} set={(persons) => put({ persons })} />
        <WindowFields windows={layer.windows} set={(windows) => put({ windows })} />
        {remove !== null && (
          <Group>
            <Button size="compact-sm" variant="default" onClick={remove}>
              {words.form.removeLayer(layer.name)}
            </Button>
          </Group>
        )}
      </Stack>
    </Fieldset>
  );
}

interface TurnsProps {
  persons: readonly string[];
  people: readonly Person[];
  nameOf: (id: string) => string;
  set: (persons: string[]) => void;
}

function Turns({ persons, people, nameOf, set }: TurnsProps) {
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        {words.form.people}
      </Text>
      {persons.map((id, n) => (
        // Somebody may stand in a layer twice: the place is what tells them apart.
        <Group key={`${id} ${n}`} gap={6} wrap="nowrap">
          <Text size="sm" w={260} truncate dir="auto">
            {n + 1}. {nameOf(id)}
          </Text>
          <ActionIcon variant="default" size="sm" aria-label={words.form.up(nameOf(id))} disabled={n === 0} onClick={() => set(moved(persons, n, -1))}>
            ↑
          </ActionIcon>
          <ActionIcon variant="default" size="sm" aria-label={words.form.down(nameOf(id))} disabled={n === persons.length - 1} onClick={() => set(moved(persons, n, 1))}>
            ↓
          </ActionIcon>
          <ActionIcon variant="default" size="sm" aria-label={words.form.remove(nameOf(id))} onClick={() => set(persons.filter((_, at) => at !== n))}>
            ×
          </ActionIcon>
        </Group>
      ))}
      <NativeSelect aria-label={words.form.addPerson} maw={320} value="" data={[{ value: "", label: words.form.addPerson }, ...people.map(({ id, name, roles }) => ({ value: id, label: words.form.withRoles(name, roles.join(", ")) }))]} onChange={(event) => event.currentTarget.value !== "" && set([...persons, event.currentTarget.value])} />
    </Stack>
  );
}
