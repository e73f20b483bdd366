// One webhook: where it leads, its secret, and what became of its messages.

import { Alert, Button, Group, Stack, Text, Title } from "@mantine/core";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { AskFirst } from "../../form/AskFirst.tsx";
import { ShownOnce } from "../../form/ShownOnce.tsx";
import { useOrganisations } from "../../places/organisations.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { webhooksWords as words } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { clockTime, date, dayTime } from "../../time/format.ts";
import { type Kind, send, useWebhook, useWebhookChange, type Webhook } from "./data.ts";
import { Deliveries } from "./Deliveries.tsx";
import { WebhookForm } from "./WebhookForm.tsx";
import classes from "./webhooks.module.css";

export function WebhookPage() {
  return (
    <Only page="webhooks">
      <Asked />
    </Only>
  );
}

function Asked() {
  const { id } = useParams({ from: "/webhooks/$id" });
  const asked = useWebhook(id);
  if (asked.data === undefined) return asked.error === null ? <Text>{words.one.loading}</Text> : <Refused error={asked.error} retry={() => void asked.refetch()} />;
  return <Shown key={id} webhook={asked.data} />;
}

function Shown({ webhook }: { webhook: Webhook }) {
  const navigate = useNavigate();
  const now = useNow();
  const organisation = useOrganisations().find((each) => each.id === webhook.organisation);
  const [editing, setEditing] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const archive = useWebhookChange((archived: boolean) => send.change(webhook.id, { archived }));
  const rotate = useWebhookChange(() => send.rotate(webhook.id));
  const archived = webhook.archived_at != null;
  useShortcuts([{ keys: "b", does: words.back, act: () => void navigate({ to: "/webhooks" }) }]);
  const both = webhook.previous_secret_until != null && Date.parse(webhook.previous_secret_until) > now ? webhook.previous_secret_until : null;
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h3" dir="auto">
            {webhook.name}
          </Title>
          <Text size="sm" c="dimmed" dir="auto">
            {words.one.about(organisation?.name ?? webhook.organisation, date(webhook.created_at))} · <Link to="/webhooks">{words.back} (B)</Link>
          </Text>
        </div>
        <Group gap="xs">
          {!archived && (
            <>
              <Button size="compact-sm" onClick={() => setEditing(true)}>
                {words.one.change}
              </Button>
              <AskFirst label={words.one.rotate} explained={words.one.rotateExplained} act={async () => setSecret((await rotate.mutateAsync(undefined)).secret)} />
              <AskFirst label={words.one.archive} explained={words.one.archiveExplained} act={() => archive.mutateAsync(true)} />
            </>
          )}
          {archived && (
            <Button size="compact-sm" variant="default" loading={archive.isPending} onClick={() => archive.mutate(false)}>
              {words.one.restore}
            </Button>
          )}
        </Group>
      </Group>
      {archived && archive.error !== null && <Refused error={archive.error} />}
      {webhook.archived_at != null && <Alert color="gray">{words.one.archivedAt(`${date(webhook.archived_at)}, ${clockTime(webhook.archived_at)}`)}</Alert>}
      {secret !== null && <ShownOnce label={words.one.secret} hint={words.one.secretHint} secret={secret} done={() => setSecret(null)} />}
      {editing && <WebhookForm webhook={webhook} done={() => setEditing(false)} cancel={() => setEditing(false)} />}
      <div>
        <Text size="sm">
          {words.one.address}: <span className={classes.code}>{webhook.url}</span>
        </Text>
        <Text size="sm">
          {words.one.told}: {webhook.events.length === 0 ? words.everything : webhook.events.map((kind) => (kind in words.kinds ? words.kinds[kind as Kind] : kind)).join("; ")}
        </Text>
        {both !== null && <Text size="sm">{words.one.both(dayTime(both))}</Text>}
      </div>
      <Deliveries webhook={webhook} />
    </Stack>
  );
}
