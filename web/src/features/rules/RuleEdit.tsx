// Changing a rule: its text, with switches that write into it, and the server's words when it refuses. What was typed stays in this tab until it is a revision.

import { Button, Checkbox, Group, NativeSelect, Paper, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type SyntheticEvent, useState } from "react";

import { useOrganisations } from "../../places/organisations.ts";
import { Refused } from "../../shell/Refused.tsx";
import { forms, rulesWords as words } from "../../text/en.ts";
import { useChangeable, useProposal, useRevisions } from "./data.ts";
import { useRuleDraft } from "./draft.ts";
import classes from "./rules.module.css";
import { inShadow, ownedBy, ownerOf, read, withShadow, written } from "./written.ts";

interface Props {
  id: string;
  organisation: string;
  begun: string;
  done: (made: { revision: number; active: boolean }) => void;
  cancel: () => void;
}

export function RuleEdit({ id, organisation, begun, done, cancel }: Props) {
  const [text, setText] = useRuleDraft(id, organisation, begun);
  const [reason, setReason] = useState("");
  const [base, setBase] = useState("");
  const proposal = useProposal(id);
  const { rule, fault } = read(text);
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    if (rule === null) return;
    const kept = (made: { revision: number; active: boolean }) => {
      setText(null);
      done(made);
    };
    proposal.mutate({ rule, reason, base: base === "" ? null : Number(base) }, { onSuccess: kept });
  };
  return (
    <Paper withBorder p="sm">
      <form aria-label={words.edit.title} onSubmit={send}>
        <Stack gap="xs">
          <Title order={2} size="h5">
            {words.edit.title}
          </Title>
          <Text size="sm">{words.edit.explained}</Text>
          <Textarea data-autofocus classNames={{ input: classes.code }} label={words.edit.text} description={words.edit.textHint} dir="ltr" spellCheck={false} autosize minRows={8} maxRows={28} value={text} error={fault === null ? null : words.edit.broken(fault)} onChange={(event) => setText(event.currentTarget.value)} />
          <Group gap="lg" align="flex-end">
            <Owner rule={rule} set={(owner) => rule !== null && setText(written(ownedBy(rule, owner)))} />
            <Base value={base} set={setBase} />
            <Checkbox label={words.edit.shadow} disabled={rule === null} checked={rule !== null && inShadow(rule)} onChange={(event) => rule !== null && setText(written(withShadow(rule, event.currentTarget.checked)))} pb={8} />
          </Group>
          <TextInput label={words.edit.reason} dir="auto" required maxLength={1000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
          {proposal.error !== null && <Refused error={proposal.error} />}
          <Group gap="xs">
            <Button type="submit" disabled={rule === null} loading={proposal.isPending}>
              {words.edit.propose}
            </Button>
            <Button variant="default" renderRoot={(props) => <Link to="/rules/backtest" search={{ rule: id, organisation }} {...props} />}>
              {words.edit.tryOut}
            </Button>
            <Button variant="default" onClick={() => setText(null)} disabled={text === begun}>
              {words.edit.again}
            </Button>
            <Button variant="default" onClick={cancel}>
              {forms.cancel}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

/** For whom the rule holds: everywhere, or as an organisation's own version. */
function Owner({ rule, set }: { rule: Record<string, unknown> | null; set: (owner: string) => void }) {
  const organisations = useOrganisations();
  const owner = rule === null ? "" : ownerOf(rule);
  const offered = new Set([owner, ...useChangeable(organisations)]);
  const name = (id: string) => (id === "" ? words.everywhere : (organisations.find((each) => each.id === id)?.name ?? id));
  return <NativeSelect label={words.edit.owner} disabled={rule === null} value={owner} data={[...offered].map((value) => ({ value, label: name(value) }))} onChange={(event) => set(event.currentTarget.value)} maw={320} />;
}

/** Several changes are put in force together by starting the next from the revision of the one before. */
function Base({ value, set }: { value: string; set: (base: string) => void }) {
  const revisions = useRevisions().items.filter((each) => !each.active);
  const data = [{ value: "", label: words.edit.baseInForce }, ...revisions.map((each) => ({ value: String(each.revision), label: words.edit.baseRevision(each.revision, each.reason.slice(0, 60)) }))];
  return <NativeSelect label={words.edit.base} value={value} data={data} onChange={(event) => set(event.currentTarget.value)} maw={320} />;
}
