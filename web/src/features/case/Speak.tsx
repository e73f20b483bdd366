// The first act: to speak to the person. The call back to the home, then the contacts in their order, each with what came of it.

import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useRef } from "react";

import { body, client, type Schemas } from "../../api/client.ts";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { caseWords as words } from "../../text/en.ts";
import { type Case, useDo } from "./data.ts";

const RESULTS: { result: Schemas["CallResult"]; label: string }[] = [
  { result: "reached", label: words.speak.reached },
  { result: "voicemail", label: words.speak.voicemail },
  { result: "no_answer", label: words.speak.noAnswer },
];

export function Speak({ shown, mine, callBack }: { shown: Case; mine: boolean; callBack: string | null }) {
  const call = useDo(shown.id, (made: Schemas["NewCall"]) => body(client.POST("/api/v1/alerts/{id}/calls", { params: { path: { id: shown.id } }, body: made })));
  const link = useRef<HTMLAnchorElement>(null);
  const home = (result: Schemas["CallResult"]) => call.mutate({ result, to: callBack ?? words.speak.home });
  useShortcuts([
    ...(callBack === null ? [] : [{ keys: "c", does: words.speak.callBack, act: () => link.current?.click() }]),
    ...(mine ? [{ keys: "r", does: words.speak.noReply, act: () => home("no_answer") }] : []),
  ]);
  return (
    <Stack gap="xs">
      <section aria-label={words.speak.title}>
        {callBack === null ? (
          <Text size="sm">{words.speak.none}</Text>
        ) : (
          <Button ref={link} component="a" href={callBack} size="lg" fullWidth>
            {words.speak.callBack}
          </Button>
        )}
        {mine && (
          <Group gap="xs" mt="xs" grow>
            <Button variant="default" onClick={() => home("reached")} disabled={call.isPending}>
              {words.speak.reached}
            </Button>
            <Button variant="default" onClick={() => home("no_answer")} disabled={call.isPending}>
              {words.speak.noReply}
            </Button>
          </Group>
        )}
        {call.error !== null && <Refused error={call.error} />}
      </section>
      <section aria-label={words.contacts.title}>
        <Title order={2} size="h5">
          {words.contacts.title}
        </Title>
        {shown.contacts.length === 0 && <Text size="sm">{words.contacts.none}</Text>}
        <Stack gap="xs">
          {shown.contacts.map((contact) => (
            <div key={contact.id}>
              <Text size="sm">
                <bdi>
                  <b>{contact.name}</b>
                </bdi>{" "}
                <bdi>{contact.relation}</bdi> {contact.key_holder && `· ${words.contacts.keyHolder}`}
              </Text>
              <Group gap={6}>
                <Button component="a" size="compact-sm" href={`tel:${contact.telephone.replaceAll(/[^+\d]/g, "")}`}>
                  {contact.telephone}
                </Button>
                {/* Together in one line, below the number where they do not go beside it. */}
                {mine && (
                  <Group gap={4} wrap="nowrap">
                    {RESULTS.map(({ result, label }) => (
                      <Button key={result} size="compact-sm" px={5} variant="default" aria-label={`${contact.name}: ${label}`} disabled={call.isPending} onClick={() => call.mutate({ result, contact: contact.id })}>
                        {label}
                      </Button>
                    ))}
                  </Group>
                )}
              </Group>
              {contact.notes !== "" && (
                <Text size="xs" dir="auto">
                  {contact.notes}
                </Text>
              )}
            </div>
          ))}
        </Stack>
      </section>
    </Stack>
  );
}
