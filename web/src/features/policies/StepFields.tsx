// One step in the form of a policy: its wait, and whom it tells.

import { ActionIcon, Button, Fieldset, Group, NativeSelect, NumberInput, Stack, Text } from "@mantine/core";

import { policiesWords as words } from "../../text/en.ts";
import type { Known } from "./data.ts";
import { KINDS, ROLES, type StepDraft, type TargetDraft, wait } from "./steps.ts";

interface Props {
  n: number;
  count: number;
  step: StepDraft;
  known: Known;
  put: (step: StepDraft) => void;
  move: (by: number) => void;
  remove: () => void;
}

export function StepFields({ n, count, step, known, put, move, remove }: Props) {
  const { after, targets } = step;
  const set = (at: number, change: Partial<TargetDraft>) => put({ ...step, targets: targets.map((target, each) => (each === at ? { ...target, ...change } : target)) });
  return (
    <Fieldset legend={words.form.step(n + 1)} p="sm">
      <Stack gap={6}>
        <Group gap="xs" align="flex-end">
          <NumberInput label={n === 0 ? words.form.first : words.form.after} required hideControls clampBehavior="none" w={270} value={after ?? ""} onChange={(next) => put({ ...step, after: typeof next === "number" ? next : null })} />
          <Text size="sm" pb={8} miw={100}>
            {after !== null && after > 90 && words.form.is(wait(after))}
          </Text>
          <ActionIcon variant="default" aria-label={words.form.up(n + 1)} disabled={n === 0} onClick={() => move(-1)} mb={4}>
            ↑
          </ActionIcon>
          <ActionIcon variant="default" aria-label={words.form.down(n + 1)} disabled={n === count - 1} onClick={() => move(1)} mb={4}>
            ↓
          </ActionIcon>
          <ActionIcon variant="default" aria-label={words.form.removeStep(n + 1)} disabled={count === 1} onClick={remove} mb={4}>
            ×
          </ActionIcon>
        </Group>
        <Text size="sm" fw={500}>
          {words.form.targets}
        </Text>
        {targets.map((target, at) => (
          <Group key={`${at} of ${targets.length}`} gap="xs">
            <NativeSelect aria-label={words.form.kind(at + 1, n + 1)} value={target.kind} data={KINDS.map((value) => ({ value, label: words.form.kinds[value] }))} onChange={(event) => set(at, begun(KINDS.find((kind) => kind === event.currentTarget.value) ?? "role"))} />
            <Who target={target} label={words.form.who(at + 1, n + 1)} known={known} set={(value) => set(at, { value })} />
            <ActionIcon variant="default" aria-label={words.form.removeTarget(at + 1, n + 1)} onClick={() => put({ ...step, targets: targets.filter((_, each) => each !== at) })}>
              ×
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button size="compact-sm" variant="default" onClick={() => put({ ...step, targets: [...targets, begun("role")] })}>
            {words.form.addTarget}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

function begun(kind: TargetDraft["kind"]): TargetDraft {
  return { kind, value: kind === "role" ? "operator" : kind === "contact" ? "1" : "" };
}

function Who({ target, label, known, set }: { target: TargetDraft; label: string; known: Known; set: (value: string) => void }) {
  if (target.kind === "contact") {
    return <NumberInput aria-label={label} hideControls clampBehavior="none" w={80} value={target.value === "" ? "" : Number(target.value)} onChange={(next) => set(String(next))} />;
  }
  const data = choices(target, known);
  return <NativeSelect aria-label={label} value={target.value} data={data} onChange={(event) => set(event.currentTarget.value)} maw={320} />;
}

function choices({ kind, value }: TargetDraft, known: Known): { value: string; label: string }[] {
  if (kind === "role") return ROLES.map((role) => ({ value: role, label: words.form.roles[role] }));
  const all = kind === "rota" ? known.rotas : kind === "user" ? known.people : known.webhooks;
  const named = all.map(({ id, name }) => ({ value: id, label: name }));
  const name = kind === "rota" ? known.rota : kind === "user" ? known.person : known.webhook;
  // What stands there stays, also where the reader may not know or choose it.
  if (value !== "" && named.every((each) => each.value !== value)) named.push({ value, label: name(value) });
  return [{ value: "", label: words.form.choose }, ...named];
}
