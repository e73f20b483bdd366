// Who gets a scheduled report: addresses, and other systems.

import { ActionIcon, Button, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";

import { schedulesWords as words } from "../../../text/en.ts";
import { useWebhooks } from "./data.ts";
import type { Entered } from "./entry.ts";

type Recipients = Entered["recipients"];

interface Props {
  organisation: string;
  recipients: Recipients;
  set: (recipients: Recipients) => void;
  /** What the server says against the nth. */
  fault: (n: number) => string | null;
}

export function RecipientFields({ organisation, recipients, set, fault }: Props) {
  const webhooks = useWebhooks(organisation);
  const put = (n: number, change: Partial<Recipients[number]>) => set(recipients.map((each, at) => (at === n ? { ...each, ...change } : each)));
  return (
    <Stack gap={6} component="section" aria-label={words.form.recipients}>
      <Text size="sm" fw={500}>
        {words.form.recipients}
      </Text>
      <Text size="sm">{words.form.recipientsHint}</Text>
      {recipients.map((each, n) => (
        // They have no name of their own; their order does not change.
        <Group key={`${n} of ${recipients.length}`} gap="xs" align="flex-start">
          {each.by === "email" ? (
            <TextInput aria-label={words.form.address(n + 1)} type="text" inputMode="email" dir="ltr" placeholder="ann@example.org" required maxLength={254} w={300} value={each.to} error={fault(n)} onChange={(event) => put(n, { to: event.currentTarget.value })} />
          ) : (
            <NativeSelect aria-label={words.form.webhook(n + 1)} required w={300} value={each.to} error={fault(n)} data={choices(webhooks, each.to)} onChange={(event) => put(n, { to: event.currentTarget.value })} />
          )}
          <NativeSelect
            aria-label={words.form.send(n + 1)}
            value={each.send}
            data={[
              { value: "file", label: words.form.file },
              { value: "link", label: words.form.link },
            ]}
            onChange={(event) => put(n, { send: event.currentTarget.value === "link" ? "link" : "file" })}
          />
          <ActionIcon variant="default" size="lg" aria-label={words.form.remove(n + 1)} onClick={() => set(recipients.filter((_, at) => at !== n))}>
            ×
          </ActionIcon>
        </Group>
      ))}
      <Group gap="xs">
        <Button size="compact-sm" variant="default" onClick={() => set([...recipients, { by: "email", to: "", send: "file" }])}>
          {words.form.addEmail}
        </Button>
        {webhooks.length > 0 && (
          <Button size="compact-sm" variant="default" onClick={() => set([...recipients, { by: "webhook", to: "", send: "file" }])}>
            {words.form.addWebhook}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function choices(webhooks: readonly { id: string; name: string }[], chosen: string): { value: string; label: string }[] {
  const named = webhooks.map(({ id, name }) => ({ value: id, label: name }));
  // What stands there stays, also where the reader may not know it.
  if (chosen !== "" && named.every((each) => each.value !== chosen)) named.push({ value: chosen, label: chosen });
  return [{ value: "", label: words.form.choose }, ...named];
}
