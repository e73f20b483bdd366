// A rota to enter or to change: its name, zone and layers. A change that somebody else overtook is refused, and what was typed stays.

import { Button, Group, NativeSelect, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import { faultAt } from "../../form/fault.ts";
import { useOrganisations } from "../../places/organisations.ts";
import { usePeople } from "../../session/people.ts";
import { Refused } from "../../shell/Refused.tsx";
import { forms, rotasWords as words } from "../../text/en.ts";
import { now } from "../../time/clock.ts";
import { dayOf, isZone } from "../../time/zone.ts";
import { type Rota, send, useRotaChange } from "./data.ts";
import { LayerFields } from "./LayerFields.tsx";
import { draftOf, type LayerDraft, layerOf, newLayer } from "./layers.ts";

interface Props {
  /** Absent: a new one. */
  rota?: Rota;
  done: (rota: Rota) => void;
  cancel: () => void;
}

export function RotaForm({ rota, done, cancel }: Props) {
  const organisations = useOrganisations();
  const [name, setName] = useState(rota?.name ?? "");
  const [chosen, setChosen] = useState(rota?.organisation ?? "");
  const organisation = chosen === "" ? (organisations[0]?.id ?? "") : chosen;
  const [typedZone, setZone] = useState<string | null>(rota?.zone ?? null);
  const zone = typedZone ?? organisations.find((each) => each.id === organisation)?.zone ?? "UTC";
  const [layers, setLayers] = useState<LayerDraft[]>(() => rota?.layers.map((layer) => draftOf(layer, rota.zone)) ?? [newLayer("", dayOf(now(), "UTC"))]);
  const { people, name: nameOf } = usePeople(organisation);
  const known = isZone(zone);
  const save = useRotaChange((made: { name: string; zone: string; layers: Rota["layers"] }) => (rota === undefined ? send.add({ organisation, ...made }) : send.change(rota.id, { ...made, version: rota.version })));
  const ready = known ? layers.map((layer) => layerOf(layer, zone)) : [];
  const whole = ready.filter((layer) => layer !== null);
  const complete = known && whole.length === layers.length;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (complete) save.mutate({ name, zone, layers: whole }, { onSuccess: done });
  };
  const put = (n: number, change: Partial<LayerDraft>) => setLayers((old) => old.map((layer, at) => (at === n ? { ...layer, ...change } : layer)));
  const title = rota === undefined ? words.form.newTitle : words.form.editTitle;
  return (
    <Paper withBorder p="sm" component="form" aria-label={title} onSubmit={submit}>
      <Stack gap="sm">
        <Title order={2} size="h5">
          {title}
        </Title>
        <Group gap="sm" align="flex-start">
          <TextInput label={words.form.name} required dir="auto" maxLength={200} w={300} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          {rota === undefined && <NativeSelect label={words.form.organisation} value={organisation} data={organisations.map((each) => ({ value: each.id, label: each.name }))} onChange={(event) => setChosen(event.currentTarget.value)} maw={300} />}
          <TextInput label={words.form.zone} required w={220} value={zone} error={known ? faultAt(save.error, "zone") : words.form.noZone} description={words.form.zoneHint} inputWrapperOrder={["label", "input", "description", "error"]} onChange={(event) => setZone(event.currentTarget.value)} />
        </Group>
        {[...layers.entries()].reverse().map(([n, layer]) => (
          <LayerFields key={layer.key} n={n} layer={layer} people={people} nameOf={nameOf} put={(change) => put(n, change)} remove={layers.length < 2 ? null : () => setLayers((old) => old.filter((_, at) => at !== n))} />
        ))}
        <Text size="xs" c="dimmed">
          {words.layers.explained} {words.form.peopleHint}
        </Text>
        {save.error !== null && <Refused error={save.error} />}
        {!complete && <Text size="sm">{words.form.incomplete}</Text>}
        <Group gap="xs">
          <Button type="submit" disabled={!complete} loading={save.isPending}>
            {words.form.send}
          </Button>
          <Button variant="default" onClick={() => setLayers((old) => [...old, newLayer("", dayOf(now(), known ? zone : "UTC"))])}>
            {words.form.addLayer}
          </Button>
          <Button variant="default" onClick={cancel}>
            {forms.cancel}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
