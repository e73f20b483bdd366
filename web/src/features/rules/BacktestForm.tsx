// What is to be tried out, over which days and homes.

import { Button, Group, NativeSelect, NumberInput, Paper, SegmentedControl, Stack, Textarea, TextInput } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { type SyntheticEvent, useEffect, useRef, useState } from "react";

import { useOrganisations } from "../../places/organisations.ts";
import { backtestWords as words, rulesWords } from "../../text/en.ts";
import { useRevisions, useRule, useRules } from "./data.ts";
import { draftOf } from "./draft.ts";
import { HomesChoice } from "./HomesChoice.tsx";
import type { Entered } from "./question.ts";
import classes from "./rules.module.css";
import { read, written } from "./written.ts";

interface Props {
  entered: Entered;
  set: (change: (before: Entered) => Entered) => void;
  ready: boolean;
  running: boolean;
  run: () => void;
}

export function BacktestForm({ entered, set, ready, running, run }: Props) {
  const organisations = useOrganisations();
  const put = (change: Partial<Entered>) => set((before) => ({ ...before, ...change }));
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    run();
  };
  return (
    <Paper withBorder p="sm" component="form" aria-label={words.title} onSubmit={submit}>
      <Stack gap="xs">
        <Group gap="sm" align="flex-end">
          <SegmentedControl
            aria-label={words.what}
            value={entered.what}
            onChange={(what) => put({ what: what === "rule" ? "rule" : "revision" })}
            data={[
              { value: "revision", label: words.aRevision },
              { value: "rule", label: words.aRule },
            ]}
          />
          {entered.what === "revision" ? <RevisionChoice value={entered.revision} set={(revision) => put({ revision })} /> : null}
        </Group>
        {entered.what === "rule" && <RuleText text={entered.ruleText} set={(ruleText) => put({ ruleText })} />}
        <Group gap="sm" align="flex-end">
          <TextInput type="date" label={words.from} required value={entered.from} onChange={(event) => put({ from: event.currentTarget.value })} />
          <TextInput type="date" label={words.to} required value={entered.to} onChange={(event) => put({ to: event.currentTarget.value })} />
          <NativeSelect label={words.organisation} value={entered.organisation} data={[{ value: "", label: words.all }, ...organisations.map((each) => ({ value: each.id, label: each.name }))]} onChange={(event) => put({ organisation: event.currentTarget.value })} maw={280} />
          <Amount label={words.warmUp} value={entered.warmUp} set={(warmUp) => put({ warmUp })} />
          <Amount label={words.closedAfter} value={entered.closedAfter} set={(closedAfter) => put({ closedAfter })} />
        </Group>
        <HomesChoice chosen={entered.homes} set={(homes) => put({ homes })} organisation={entered.organisation} />
        <Group>
          <Button type="submit" disabled={!ready} loading={running}>
            {words.run}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

function Amount({ label, value, set }: { label: string; value: number | null; set: (value: number | null) => void }) {
  return <NumberInput label={label} hideControls clampBehavior="none" value={value ?? ""} onChange={(next) => set(typeof next === "number" ? next : null)} w={190} />;
}

function RevisionChoice({ value, set }: { value: string; set: (revision: string) => void }) {
  const list = useRevisions();
  const offered = list.items.filter((each) => !each.active || String(each.revision) === value);
  const label = list.isSuccess && offered.length === 0 ? words.noRevision : rulesWords.edit.base;
  const data = [{ value: "", label: list.isSuccess && offered.length === 0 ? words.noRevision : "…" }, ...offered.map((each) => ({ value: String(each.revision), label: rulesWords.edit.baseRevision(each.revision, each.reason.slice(0, 80)) }))];
  // A revision that the address names is there before the list is.
  if (value !== "" && offered.every((each) => String(each.revision) !== value)) data.push({ value, label: value });
  return <NativeSelect aria-label={label} label={words.revision} required value={value} data={data} onChange={(event) => set(event.currentTarget.value)} maw={480} />;
}

/** A rule to write in: that of the address as it was left, or any in force. */
function RuleText({ text, set }: { text: string; set: (text: string) => void }) {
  const search = useSearch({ from: "/rules/backtest" });
  const [chosen, setChosen] = useState(`${search.rule ?? ""} ${search.organisation ?? ""}`);
  const [id = "", organisation = ""] = chosen.split(" ");
  const rules = useRules();
  const rule = useRule(id, organisation).data?.rule;
  const begun = draftOf(id, organisation) ?? (rule === undefined ? null : written(rule));
  // Once for each choice: whoever empties the field to paste another rule finds it empty.
  const filled = useRef(text === "" ? "" : chosen);
  useEffect(() => {
    if (filled.current === chosen || begun === null) return;
    filled.current = chosen;
    set(begun);
  }, [chosen, begun, set]);
  const { fault } = read(text);
  const data = [{ value: " ", label: "…" }, ...(rules.data ?? []).map((each) => ({ value: `${each.id} ${each.organisation ?? ""}`, label: `${each.title} (${each.id})` }))];
  return (
    <>
      <NativeSelect label={words.rules.rule} value={chosen} data={data} onChange={(event) => setChosen(event.currentTarget.value)} maw={480} />
      <Textarea classNames={{ input: classes.code }} label={words.ruleText} dir="ltr" spellCheck={false} autosize minRows={6} maxRows={18} value={text} error={text === "" || fault === null ? null : rulesWords.edit.broken(fault)} onChange={(event) => set(event.currentTarget.value)} />
    </>
  );
}
