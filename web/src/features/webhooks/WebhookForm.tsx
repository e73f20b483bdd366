// A webhook to enter or to change: where messages go, and which.

import { Checkbox, Fieldset, Paper, SimpleGrid, Text, Title } from "@mantine/core";
import { useState } from "react";

import type { Schemas } from "../../api/client.ts";
import { RecordForm } from "../../form/RecordForm.tsx";
import { useOrganisations } from "../../places/organisations.ts";
import { forms, webhooksWords as words } from "../../text/en.ts";
import { type Kind, send, useWebhookChange, type Webhook } from "./data.ts";

/** Each with its words: a kind that the server learns is missed here by the compiler. */
const KINDS: Record<Kind, string> = words.kinds;

interface Props {
  /** Absent: a new one. */
  webhook?: Webhook;
  /** The new one with its secret, or the changed one. */
  done: (webhook: Webhook | Schemas["WebhookWithSecret"]) => void;
  cancel: () => void;
}

export function WebhookForm({ webhook, done, cancel }: Props) {
  const organisations = useOrganisations();
  const [events, setEvents] = useState<Kind[]>(() => (Object.keys(KINDS) as Kind[]).filter((kind) => webhook?.events.includes(kind)));
  const saving = useWebhookChange(async ({ name, url, organisation }: { name: string; url: string; organisation: string }) =>
    webhook === undefined ? send.add({ name, url, organisation, events }) : send.change(webhook.id, { name, url, events }),
  );
  const title = webhook === undefined ? words.addTitle : words.form.changeTitle;
  return (
    <Paper withBorder p="sm" maw={760}>
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      <RecordForm
        label={title}
        fields={[
          { name: "name", label: words.form.name, required: true },
          { name: "url", label: words.form.url, kind: "url", hint: words.form.urlHint, required: true, max: 2000 },
          ...(webhook === undefined ? [{ name: "organisation", label: words.form.organisation, kind: "choice" as const, choices: organisations.map(({ id, name }) => ({ value: id, label: name })) }] : []),
        ]}
        initial={{ name: webhook?.name ?? "", url: webhook?.url ?? "" }}
        send={webhook === undefined ? words.send : forms.save}
        save={async ({ name, url, organisation }) => done(await saving.mutateAsync({ name: String(name), url: String(url), organisation: String(organisation || (organisations[0]?.id ?? "")) }))}
        done={() => undefined}
        cancel={cancel}
      >
        <Fieldset legend={words.form.events} p="sm">
          <Text size="xs" c="dimmed" mb={6}>
            {words.form.eventsHint}
          </Text>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing={6} verticalSpacing={6}>
            {Object.entries(KINDS).map(([kind, label]) => (
              <Checkbox key={kind} size="xs" label={label} checked={events.includes(kind as Kind)} onChange={(event) => setEvents(event.currentTarget.checked ? [...events, kind as Kind] : events.filter((each) => each !== kind))} />
            ))}
          </SimpleGrid>
        </Fieldset>
      </RecordForm>
    </Paper>
  );
}
