// A policy to enter or to change.

import { Button, Group, NativeSelect, NumberInput, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import type { Schemas } from "../../api/client.ts";
import { faultAt } from "../../form/fault.ts";
import { useOrganisations } from "../../places/organisations.ts";
import { manages, useSignedIn } from "../../session/session.ts";
import { Refused } from "../../shell/Refused.tsx";
import { forms, policiesWords as words, queue as queueWords } from "../../text/en.ts";
import { send, useKnown, usePolicyChange } from "./data.ts";
import { StepFields } from "./StepFields.tsx";
import { draftsOf, newStep, type Policy, type Step, type StepDraft, stepsOf } from "./steps.ts";

const QUEUES = ["care", "health", "technical"] as const;

interface Props {
  /** Absent: a new one. */
  policy?: Policy;
  done: () => void;
  cancel: () => void;
}

export function PolicyForm({ policy, done, cancel }: Props) {
  const me = useSignedIn();
  const organisations = useOrganisations();
  // Policies for all are for those who look after all organisations.
  const forAll = manages(me) && me.grants.some((grant) => (grant.role === "administrator" || grant.role === "manager") && grant.organisation == null);
  const [chosen, setChosen] = useState<string | null>(policy === undefined ? null : (policy.organisation ?? ""));
  const organisation = chosen ?? organisations[0]?.id ?? "";
  const [queue, setQueue] = useState<string>(policy?.queue ?? "");
  const [name, setName] = useState(policy?.name ?? "");
  const [steps, setSteps] = useState<StepDraft[]>(() => (policy === undefined ? [newStep(60, [{ kind: "role", value: "operator" }])] : draftsOf(policy.steps)));
  const [repeat, setRepeat] = useState<number | null>(policy?.repeat_s ?? 60);
  const known = useKnown(organisation === "" ? null : organisation);
  const save = usePolicyChange((made: { name: string; steps: Step[]; repeat_s: number }) => (policy === undefined ? send.add({ ...made, organisation: organisation === "" ? null : organisation, queue: asQueue(queue) }) : send.change(policy.id, made)));
  const whole = stepsOf(steps);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (whole !== null && repeat !== null) save.mutate({ name, steps: whole, repeat_s: repeat }, { onSuccess: done });
  };
  const move = (n: number, by: number) =>
    setSteps((old) => {
      const next = [...old];
      next.splice(n + by, 0, ...next.splice(n, 1));
      return next;
    });
  const title = policy === undefined ? words.form.new : words.form.change;
  return (
    <Paper withBorder p="sm" component="form" aria-label={title} onSubmit={submit}>
      <Stack gap="xs">
        <Title order={2} size="h5">
          {title}
        </Title>
        <Group gap="sm" align="flex-start">
          <TextInput label={words.form.name} required dir="auto" maxLength={200} w={320} value={name} error={faultAt(save.error, "name")} onChange={(event) => setName(event.currentTarget.value)} />
          {policy === undefined && (
            <>
              <NativeSelect label={words.form.organisation} value={organisation} data={[...organisations.map((each) => ({ value: each.id, label: each.name })), ...(forAll ? [{ value: "", label: words.everywhere }] : [])]} onChange={(event) => setChosen(event.currentTarget.value)} maw={320} />
              <NativeSelect label={words.form.queue} value={queue} data={[{ value: "", label: words.form.noQueue }, ...QUEUES.map((value) => ({ value, label: queueWords.lanes[value] }))]} onChange={(event) => setQueue(event.currentTarget.value)} />
            </>
          )}
        </Group>
        {steps.map((step, n) => (
          <StepFields key={step.key} n={n} count={steps.length} step={step} known={known} put={(next) => setSteps((old) => old.map((each) => (each.key === step.key ? next : each)))} move={(by) => move(n, by)} remove={() => setSteps((old) => old.filter((each) => each.key !== step.key))} />
        ))}
        <Group align="flex-end">
          <Button size="compact-sm" variant="default" onClick={() => setSteps((old) => [...old, newStep(120, [{ kind: "role", value: "manager" }])])} mb={6}>
            {words.form.addStep}
          </Button>
          <NumberInput label={words.form.repeat} required hideControls clampBehavior="none" w={320} value={repeat ?? ""} error={faultAt(save.error, "repeat_s")} onChange={(next) => setRepeat(typeof next === "number" ? next : null)} />
        </Group>
        {save.error !== null && faultAt(save.error, "repeat_s") === null && faultAt(save.error, "name") === null && <Refused error={save.error} />}
        {whole === null && <Text size="sm">{words.form.incomplete}</Text>}
        <Group gap="xs">
          <Button type="submit" disabled={whole === null || repeat === null} loading={save.isPending}>
            {words.form.send}
          </Button>
          <Button variant="default" onClick={cancel}>
            {forms.cancel}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

function asQueue(value: string): Schemas["Queue"] | null {
  return QUEUES.find((each) => each === value) ?? null;
}
