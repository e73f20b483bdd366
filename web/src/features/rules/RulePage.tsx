// One rule: in words, as it is written, what it found in shadow, and how it is changed.

import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";

import type { Schemas } from "../../api/client.ts";
import { useOrganisations } from "../../places/organisations.ts";
import { manages, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { queue as queueWords, rulesWords as words } from "../../text/en.ts";
import { Made } from "./Activation.tsx";
import { useRule } from "./data.ts";
import { RemoveForm } from "./RemoveForm.tsx";
import { RuleEdit } from "./RuleEdit.tsx";
import classes from "./rules.module.css";
import { RuleWords } from "./RuleWords.tsx";
import { Sections } from "./Sections.tsx";
import { Shadow } from "./Shadow.tsx";
import { written } from "./written.ts";

type Whole = Schemas["WholeRule"];

export function RulePage() {
  return (
    <Only page="rules">
      <Asked />
    </Only>
  );
}

function Asked() {
  const { id } = useParams({ from: "/rules/$id" });
  const { organisation = "" } = useSearch({ from: "/rules/$id" });
  const asked = useRule(id, organisation);
  if (asked.data === undefined) return asked.error === null ? <Text>{words.one.loading}</Text> : <Refused error={asked.error} retry={() => void asked.refetch()} />;
  return (
    <Stack gap="sm">
      {asked.error !== null && <Refused error={asked.error} retry={() => void asked.refetch()} />}
      <Shown key={`${id} ${organisation}`} rule={asked.data} />
    </Stack>
  );
}

type Doing = "edit" | "remove" | null;

function Shown({ rule }: { rule: Whole }) {
  const navigate = useNavigate();
  const mayChange = manages(useSignedIn());
  const [doing, setDoing] = useState<Doing>(null);
  const [made, setMade] = useState<{ revision: number; active: boolean } | null>(null);
  const done = (answer: { revision: number; active: boolean }) => {
    setMade(answer);
    setDoing(null);
  };
  useShortcuts([
    { keys: "b", does: words.one.back, act: () => void navigate({ to: "/rules" }) },
    ...(mayChange ? [{ keys: "e", does: words.edit.title, act: () => setDoing("edit") }] : []),
  ]);
  return (
    <>
      <Sections title={rule.title} />
      <Marks rule={rule}>
        {mayChange && doing === null && (
          <Group gap="xs">
            <Button size="compact-md" onClick={() => setDoing("edit")}>
              {words.edit.open}
            </Button>
            <Button size="compact-md" variant="default" onClick={() => setDoing("remove")}>
              {words.remove.open}
            </Button>
          </Group>
        )}
      </Marks>
      {made !== null && doing === null && <Made {...made} />}
      {doing === "edit" && <RuleEdit id={rule.id} organisation={rule.organisation ?? ""} begun={written(rule.rule)} done={done} cancel={() => setDoing(null)} />}
      {doing === "remove" && <RemoveForm rule={rule} done={done} cancel={() => setDoing(null)} />}
      <RuleWords rule={rule} />
      {rule.shadow && <Shadow id={rule.id} />}
      <Written text={written(rule.rule)} />
    </>
  );
}

function Marks({ rule, children }: { rule: Whole; children: ReactNode }) {
  const owner = useOrganisations().find((each) => each.id === rule.organisation);
  return (
    <Group justify="space-between">
      <Group gap="xs">
        <Badge variant="filled" size="lg" color={rule.priority <= 1 ? "red" : rule.priority === 2 ? "orange" : "gray"}>
          {words.group(queueWords.lanes[rule.queue], rule.priority, queueWords.priorities[rule.priority] ?? "")}
        </Badge>
        {rule.shadow && <Badge variant="filled" color="grape" size="lg">{words.shadow}</Badge>}
        <Badge variant="default" size="lg" tt="none" dir="auto">
          {rule.organisation == null ? words.everywhere : words.own(owner?.name ?? rule.organisation)}
        </Badge>
        <Text size="sm" c="dimmed">
          {rule.id} · {words.one.about(rule.subject, rule.revision)}
        </Text>
        <Link to="/rules">{words.one.back} (B)</Link>
      </Group>
      {children}
    </Group>
  );
}

function Written({ text }: { text: string }) {
  return (
    <details>
      <summary>{words.one.written}</summary>
      <pre className={classes.written} dir="ltr">
        {text}
      </pre>
    </details>
  );
}
