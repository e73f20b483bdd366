// Trying rules out over what is stored: what to try, over which days and homes, and what would have been different.

import { Alert, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { body, client, type Schemas } from "../../api/client.ts";
import { useOrganisations } from "../../places/organisations.ts";
import { manages, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { backtestWords as words, shell } from "../../text/en.ts";
import { now } from "../../time/clock.ts";
import { BacktestForm } from "./BacktestForm.tsx";
import { BacktestResult } from "./BacktestResult.tsx";
import { type Entered, fresh, question, untilNow } from "./question.ts";
import { Sections } from "./Sections.tsx";
import type { Report } from "./tally.ts";

const READER = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function BacktestPage() {
  const may = manages(useSignedIn());
  return <Only page="rules">{may ? <Backtest /> : <Refused error={new Error(shell.notYours)} />}</Only>;
}

interface Played {
  report: Report;
  zone: string;
  of: string;
}

function Backtest() {
  const { revision = "", rule } = useSearch({ from: "/rules/backtest" });
  const organisations = useOrganisations();
  const [entered, setEntered] = useState<Entered>(() => fresh(now(), READER, { revision, what: rule === undefined ? "revision" : "rule" }));
  // Days are those of the homes' organisation, where one is named or all are alike.
  const zone = (organisations.find((each) => each.id === entered.organisation) ?? organisations[0])?.zone ?? READER;
  const [played, setPlayed] = useState<Played | null>(null);
  const asked = question(entered, zone);
  const of = JSON.stringify(asked);
  const play = useMutation({ mutationFn: (body_: Schemas["BacktestQuestion"]) => body(client.POST("/api/v1/rules/backtest", { body: body_ })), onSuccess: (report) => setPlayed({ report, zone, of }) });
  return (
    <Stack gap="sm">
      <Sections title={words.title} />
      <Text size="sm">{words.explained}</Text>
      <BacktestForm entered={entered} set={setEntered} running={play.isPending} ready={asked !== null} run={() => asked !== null && play.mutate(untilNow(asked, now()))} />
      {play.error !== null && <Refused error={play.error} />}
      {play.isPending && <Alert role="status">{words.running}</Alert>}
      {played !== null && !play.isPending && played.of !== of && <Alert color="gray">{words.stale}</Alert>}
      {played !== null && <BacktestResult report={played.report} zone={played.zone} />}
    </Stack>
  );
}
