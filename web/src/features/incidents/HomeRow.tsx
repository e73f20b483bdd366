// One home of an incident: who lives there, how to reach them, and what came of it.

import { Badge, Button, Group, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { memo, useState } from "react";

import type { Schemas } from "../../api/client.ts";
import { Refused } from "../../shell/Refused.tsx";
import { incidentsWords as words } from "../../text/en.ts";
import { useTick } from "../../time/clock.ts";
import { dayTime, span } from "../../time/format.ts";
import { type Entry, useCheck } from "./data.ts";
import classes from "./incidents.module.css";

const RESULTS: Schemas["CheckResult"][] = ["well", "away", "no_answer", "needs_help"];

/** Whole minutes are enough here. */
function Lost({ since }: { since: string }) {
  return <>{words.one.lost(useTick((now) => span(Math.max(1, Math.floor((now - Date.parse(since)) / 60_000)) * 60_000).replace(/ 00 s$/, "")))}</>;
}

/** What is known of the home. */
function Known({ entry }: { entry: Entry }) {
  return (
    <>
      <Group gap={6}>
        <Text fw={600} dir="auto">
          {entry.name}
        </Text>
        {entry.vulnerability !== "usual" && (
          <Badge color={entry.vulnerability === "high" ? "red" : "orange"} variant="filled" autoContrast>
            {words.one.vulnerable[entry.vulnerability]}
          </Badge>
        )}
        {entry.open_care_alerts > 0 && (
          <Badge color="red" variant="filled">
            {words.one.care(entry.open_care_alerts)}
          </Badge>
        )}
      </Group>
      <Text size="sm" dir="auto">
        {[entry.residents.join(", "), entry.address].filter((part) => part !== "").join(" · ")}
      </Text>
      <Text size="sm">
        {entry.heard_again ? words.one.heardAgain : <Lost since={entry.since} />}
        {entry.checked != null && (
          <>
            {" · "}
            <span dir="auto">{words.one.checked(words.one.results[entry.checked.result], entry.checked.by.name, dayTime(entry.checked.at))}</span>
          </>
        )}
      </Text>
      {entry.checked?.note != null && (
        <Text size="sm" dir="auto">
          {entry.checked.note}
        </Text>
      )}
    </>
  );
}

export const HomeRow = memo(function HomeRow({ incident, entry, mayAct }: { incident: string; entry: Entry; mayAct: boolean }) {
  return (
    <li className={classes.row} data-home={entry.home}>
      <div className={classes.inner}>
        <div>
          <Known entry={entry} />
        </div>
        <Group gap={6} className={`${classes.acts} no-print`}>
          {entry.call_back == null ? (
            <Text size="sm">{words.one.noCall}</Text>
          ) : (
            <Button component="a" size="compact-md" href={entry.call_back} aria-label={`${words.one.call}: ${entry.name}`}>
              {words.one.call}
            </Button>
          )}
          {mayAct && <Results incident={incident} entry={entry} />}
        </Group>
      </div>
      <span className={classes.paper}>{entry.call_back?.replace(/^\w+:/, "")} ______________________</span>
    </li>
  );
});

/** What came of it, each in one press, with a note where there is one. */
function Results({ incident, entry }: { incident: string; entry: Entry }) {
  const check = useCheck(incident);
  const [note, setNote] = useState("");
  const found = (result: Schemas["CheckResult"]) => {
    const made = { home: entry.home, result, ...(note.trim() === "" ? {} : { note }) };
    check.mutate(made, {
      onSuccess: () => {
        setNote("");
        if (result === "needs_help") notifications.show({ color: "red", message: words.one.helpRaised(entry.name) });
      },
    });
  };
  return (
    <>
      <TextInput size="xs" w={150} aria-label={`${words.one.note}: ${entry.name}`} placeholder={words.one.notePlaceholder} dir="auto" maxLength={4000} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      {RESULTS.map((result) => (
        <Button key={result} size="compact-md" variant={result === "needs_help" ? "filled" : "default"} {...(result === "needs_help" ? { color: "red.9" } : {})} aria-label={`${entry.name}: ${words.one.results[result]}`} disabled={check.isPending} onClick={() => found(result)}>
          {words.one.results[result]}
        </Button>
      ))}
      {check.error !== null && <Refused error={check.error} />}
    </>
  );
}
