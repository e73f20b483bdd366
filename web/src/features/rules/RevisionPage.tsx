// One revision of the rules: what it holds, and what became of each rule since another revision.

import { Badge, Button, Group, NativeSelect, Paper, Stack, Text, Title } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";

import type { Schemas } from "../../api/client.ts";
import { Changes } from "../../difference/Changes.tsx";
import { differences } from "../../difference/fields.ts";
import { useOrganisations } from "../../places/organisations.ts";
import { manages, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { rulesWords, shell } from "../../text/en.ts";
import { clockTime, date } from "../../time/format.ts";
import { ActivateButton } from "./Activation.tsx";
import { useRevision, useRevisions, useRules } from "./data.ts";
import classes from "./rules.module.css";

const words = rulesWords.revision;
const COLOURS = { added: "teal.9", changed: "blue.9", removed: "red.9" } as const;

type Content = Schemas["RevisionContent"];
type Difference = Schemas["RuleDifference"];

export function RevisionPage() {
  const may = manages(useSignedIn());
  return <Only page="rules">{may ? <Asked /> : <Refused error={new Error(shell.notYours)} />}</Only>;
}

function Asked() {
  const number = Number(useParams({ from: "/rules/revisions/$n" }).n);
  const { against } = useSearch({ from: "/rules/revisions/$n" });
  // What it was made from is known once it is read: then it is compared with that.
  const plain = useRevision(number, null);
  const wanted = against === undefined ? (plain.data?.revision === number ? plain.data.base : null) : Number(against);
  const asked = useRevision(number, wanted);
  const shown = asked.data?.revision === number ? asked.data : plain.data;
  const error = plain.error ?? asked.error;
  return (
    <Stack gap="sm">
      {error !== null && <Refused error={error} retry={() => void (plain.error === null ? asked : plain).refetch()} />}
      {shown === undefined && error === null && <Text>{words.loading}</Text>}
      {shown !== undefined && <Shown key={number} content={shown} against={wanted ?? shown.base} />}
    </Stack>
  );
}

function Shown({ content, against }: { content: Content; against: number }) {
  const navigate = useNavigate();
  const organisations = useOrganisations();
  const owner = content.organisation == null ? rulesWords.everywhere : (organisations.find((each) => each.id === content.organisation)?.name ?? content.organisation);
  useShortcuts([{ keys: "b", does: words.back, act: () => void navigate({ to: "/rules/revisions" }) }]);
  return (
    <>
      <Group justify="space-between" align="flex-start">
        <div>
          <Group gap="xs">
            <Title order={1} size="h3">
              {words.title(content.revision)}
            </Title>
            {content.active && <Badge variant="filled" color="teal.9">{words.active}</Badge>}
          </Group>
          <Text dir="auto">{content.reason}</Text>
          <Text size="sm" c="dimmed" dir="auto">
            {words.about(content.author_name ?? content.author, `${date(content.created_at)}, ${clockTime(content.created_at)}`, owner)} · <Link to="/rules/revisions">{words.back} (B)</Link>
          </Text>
        </div>
        {!content.active && (
          <Group gap="xs">
            <Button size="compact-sm" variant="default" aria-label={words.tryOut(content.revision)} renderRoot={(props) => <Link to="/rules/backtest" search={{ revision: String(content.revision) }} {...props} />}>
              {words.tryShort}
            </Button>
            <ActivateButton revision={content.revision} label={words.activate} quiet />
          </Group>
        )}
      </Group>
      <Against content={content} against={against} />
      {content.differences != null && <Text fw={600}>{words.differences(content.differences.length)}</Text>}
      {content.differences?.map((each) => <OneDifference key={`${each.id} ${each.organisation ?? ""}`} difference={each} />)}
      <details>
        <summary>{words.all(content.rules.length)}</summary>
        <Stack gap={4} mt="xs">
          {content.rules.map((rule) => (
            <Text key={`${rule.id} ${rule.organisation ?? ""}`} size="sm" dir="auto">
              <b>{rule.title}</b> <span className={classes.code}>{rule.id}</span>: {rule.condition}
            </Text>
          ))}
        </Stack>
      </details>
    </>
  );
}

function Against({ content, against }: { content: Content; against: number }) {
  const navigate = useNavigate();
  const others = useRevisions().items;
  const active = useRules().data?.[0]?.revision;
  const known = new Map<number, string>([[content.base, words.againstBase(content.base)]]);
  if (active !== undefined && active !== content.revision && !known.has(active)) known.set(active, words.againstActive(active));
  for (const { revision, reason } of others) if (revision !== content.revision && !known.has(revision)) known.set(revision, words.againstOther(revision, reason));
  if (!known.has(against)) known.set(against, String(against));
  const data = [...known].map(([value, label]) => ({ value: String(value), label }));
  const put = (value: string) => void navigate({ to: "/rules/revisions/$n", params: { n: String(content.revision) }, search: { against: value }, replace: true });
  return <NativeSelect label={words.against} maw={520} value={String(against)} data={data} onChange={(event) => put(event.currentTarget.value)} />;
}

function OneDifference({ difference: { id, organisation, change, before, after } }: { difference: Difference }) {
  const owner = useOrganisations().find((each) => each.id === organisation);
  const title = after?.title ?? before?.title ?? id;
  const fields = change === "changed" ? differences(before?.rule, after?.rule) : [];
  return (
    <Paper withBorder p="sm" component="section" aria-label={title}>
      <Group gap="xs" mb={4}>
        <Title order={2} size="h5" dir="auto">
          {title}
        </Title>
        <span className={classes.code}>{id}</span>
        <Badge variant="filled" color={COLOURS[change]} className={classes.plain}>
          {words.fates[change]}
        </Badge>
        {organisation != null && (
          <Badge variant="default" className={classes.plain} dir="auto">
            {rulesWords.own(owner?.name ?? organisation)}
          </Badge>
        )}
      </Group>
      {before != null && <Sentence label={words.was} text={before.condition} alone={before.condition === after?.condition} />}
      {after != null && before?.condition !== after.condition && <Sentence label={words.is} text={after.condition} alone={false} />}
      {fields.length > 0 && <Changes changes={fields} label={words.fields(id)} />}
    </Paper>
  );
}

/** The condition in words; said once where it is the same before and after. */
function Sentence({ label, text, alone }: { label: string; text: string; alone: boolean }) {
  return (
    <Text size="sm" dir="auto">
      {!alone && <b>{label}: </b>}
      {text}
    </Text>
  );
}
