// The escalation policies: who is told of an alert that nobody takes, step by step.

import { Badge, Button, Checkbox, Group, Modal, Paper, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";

import { ListEnd } from "../../lists/pages.tsx";
import { useOrganisations } from "../../places/organisations.ts";
import { manages, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { forms, policiesWords as words, queue as queueWords } from "../../text/en.ts";
import { send, useKnown, usePolicies, usePolicyChange } from "./data.ts";
import { PolicyForm } from "./PolicyForm.tsx";
import { Steps } from "./Steps.tsx";
import type { Policy } from "./steps.ts";

export function PoliciesPage() {
  return (
    <Only page="policies">
      <Policies />
    </Only>
  );
}

function Policies() {
  const mayChange = manages(useSignedIn());
  const [archived, setArchived] = useState(false);
  const [adding, setAdding] = useState(false);
  const list = usePolicies(archived);
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {words.title}
        </Title>
        <Group gap="sm">
          <Checkbox label={words.archived} checked={archived} onChange={(event) => setArchived(event.currentTarget.checked)} />
          {mayChange && !adding && <Button size="compact-md" onClick={() => setAdding(true)}>{words.add}</Button>}
        </Group>
      </Group>
      <Text size="sm">{words.explained}</Text>
      {adding && <PolicyForm done={() => setAdding(false)} cancel={() => setAdding(false)} />}
      {list.isPending && <Text size="sm">{words.loading}</Text>}
      {list.items.map((policy) => (
        <OnePolicy key={policy.id} policy={policy} mayChange={mayChange} />
      ))}
      <ListEnd list={list} empty={words.none} />
    </Stack>
  );
}

function OnePolicy({ policy, mayChange }: { policy: Policy; mayChange: boolean }) {
  const [editing, setEditing] = useState(false);
  const owner = useOrganisations().find((each) => each.id === policy.organisation);
  const known = useKnown(policy.organisation ?? null);
  if (editing) return <PolicyForm policy={policy} done={() => setEditing(false)} cancel={() => setEditing(false)} />;
  return (
    <Paper withBorder p="sm" component="section" aria-label={policy.name}>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2} size="h5" dir="auto">
            {policy.name}
          </Title>
          <Text size="sm" c="dimmed" dir="auto">
            {policy.queue == null ? words.servesNone : words.serves(queueWords.lanes[policy.queue])} · {policy.organisation == null ? words.everywhere : (owner?.name ?? policy.organisation)} · {words.version(policy.version)}
          </Text>
          {policy.archived_at != null && <Badge variant="filled" color="gray.7">{words.isArchived}</Badge>}
        </div>
        {mayChange && (
          <Group gap="xs">
            {policy.archived_at == null && (
              <Button size="compact-sm" variant="default" aria-label={words.editOne(policy.name)} onClick={() => setEditing(true)}>
                {words.edit}
              </Button>
            )}
            <Archive policy={policy} />
          </Group>
        )}
      </Group>
      <Steps policy={policy} known={known} />
    </Paper>
  );
}

function Archive({ policy }: { policy: Policy }) {
  const [asking, setAsking] = useState(false);
  const archived = policy.archived_at != null;
  const change = usePolicyChange((to: boolean) => send.change(policy.id, { archived: to }));
  return (
    <>
      <Button size="compact-sm" variant="default" loading={change.isPending} aria-label={archived ? words.restoreOne(policy.name) : words.archiveOne(policy.name)} onClick={() => (archived ? change.mutate(false) : setAsking(true))}>
        {archived ? words.restore : words.archive}
      </Button>
      {change.error !== null && !asking && <Refused error={change.error} />}
      <Modal opened={asking} onClose={() => setAsking(false)} title={words.sure} closeButtonProps={{ "aria-label": forms.cancel }}>
        <Stack gap="xs">
          <Text size="sm">{words.sureExplained}</Text>
          {change.error !== null && <Refused error={change.error} />}
          <Button color="red" loading={change.isPending} onClick={() => change.mutate(true, { onSuccess: () => setAsking(false) })}>
            {words.sure}
          </Button>
        </Stack>
      </Modal>
    </>
  );
}
