// Taking a rule out, with a reason: a revision without it.

import { Paper, Stack, Text, Title } from "@mantine/core";

import type { Schemas } from "../../api/client.ts";
import { RecordForm } from "../../form/RecordForm.tsx";
import { rulesWords as words } from "../../text/en.ts";
import { useRemoval } from "./data.ts";

interface Props {
  rule: Schemas["RuleView"];
  done: (made: { revision: number; active: boolean }) => void;
  cancel: () => void;
}

export function RemoveForm({ rule, done, cancel }: Props) {
  const removal = useRemoval(rule.id, rule.organisation ?? "");
  // What came of it is shown by the page, which is why it is handed on before the form is done.
  const save = async ({ reason }: Record<string, unknown>) => done(await removal.mutateAsync(String(reason)));
  return (
    <Paper withBorder p="sm">
      <Stack gap="xs">
        <Title order={2} size="h5">
          {words.remove.title}
        </Title>
        <Text size="sm">
          {words.remove.explained} {words.remove.alarm}
        </Text>
        <RecordForm label={words.remove.title} fields={[{ name: "reason", label: words.edit.reason, kind: "area", required: true, max: 1000 }]} send={words.remove.send} save={save} done={() => undefined} cancel={cancel} />
      </Stack>
    </Paper>
  );
}
