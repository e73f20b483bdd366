// The evidence pack of a person and a period: found by their home, or named by the address.

import { Alert, Button, Group, NativeSelect, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { body, client, type Schemas } from "../../api/client.ts";
import { PackOptions } from "../../evidence/PackOptions.tsx";
import { personPack, type Purpose } from "../../evidence/path.ts";
import { usePlaces } from "../../places/places.ts";
import { manages, useSignedIn } from "../../session/session.ts";
import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { evidenceWords as words, reportsWords, shell } from "../../text/en.ts";
import { now } from "../../time/clock.ts";
import { dayOf, fromWall, plusDays } from "../../time/zone.ts";
import { daysOf } from "./period.ts";

export function EvidencePage() {
  const may = manages(useSignedIn());
  return may ? <Whose /> : <Refused error={new Error(shell.notYours)} />;
}

interface Person {
  id: string;
  name: string;
  home?: string;
}

function Whose() {
  const { resident, name, home } = useSearch({ from: "/reports/evidence" });
  const navigate = useNavigate();
  useShortcuts([{ keys: "b", does: reportsWords.all9, act: () => void navigate({ to: "/reports" }) }]);
  const [person, setPerson] = useState<Person | null>(resident === undefined ? null : { id: resident, name: name ?? resident, ...(home === undefined ? {} : { home }) });
  return (
    <Stack gap="sm" maw={900}>
      <div>
        <Title order={1} size="h3" dir="auto">
          {person === null ? words.title : words.forPerson(person.name)}
        </Title>
        <Text size="sm">{words.ofPerson}</Text>
        <Text size="sm">
          <Link to="/reports">{reportsWords.all9}</Link>
        </Text>
      </div>
      {person === null ? <FindPerson choose={setPerson} /> : <Pack key={person.id} person={person} />}
      {person !== null && (
        <Group>
          <Button variant="default" size="compact-md" onClick={() => setPerson(null)}>
            {words.another}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function FindPerson({ choose }: { choose: (person: Person) => void }) {
  const [typed, setTyped] = useState("");
  const [home, setHome] = useState<Schemas["HomeSummary"] | null>(null);
  const [q] = useDebouncedValue(typed.trim(), 200);
  const query = { q, limit: 12, archived: true };
  const found = useQuery({ queryKey: ["homes", "choice", query], enabled: q !== "", queryFn: () => body(client.GET("/api/v1/homes", { params: { query } })), placeholderData: (before) => before });
  const people = useQuery({ queryKey: ["residents", "of", home?.id], enabled: home !== null, queryFn: () => body(client.GET("/api/v1/residents", { params: { query: { home: home?.id ?? "", archived: true, limit: 100 } } })) });
  const gone = (archived: string | null | undefined) => (archived == null ? "" : ` (${words.archived})`);
  return (
    <Stack gap="xs" component="section" aria-label={words.whose}>
      <TextInput label={words.home} description={words.homeHint} type="search" dir="auto" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
      {found.error !== null && <Refused error={found.error} retry={() => void found.refetch()} />}
      {typed.trim() !== "" && (
        <Group gap={4}>
          {(found.data?.items ?? []).map((each) => (
            <Button key={each.id} size="compact-sm" variant={each.id === home?.id ? "filled" : "default"} maw={360} aria-pressed={each.id === home?.id} onClick={() => setHome(each)}>
              <span dir="auto">{each.name + gone(each.archived_at)}</span>
            </Button>
          ))}
          {found.isSuccess && q !== "" && found.data.items.length === 0 && <Text size="sm">{words.noHome}</Text>}
        </Group>
      )}
      {people.error !== null && <Refused error={people.error} />}
      {home !== null && people.isSuccess && people.data.items.length === 0 && <Text size="sm">{words.noPerson}</Text>}
      {home !== null && people.isSuccess && people.data.items.length > 0 && (
        <NativeSelect
          label={words.person}
          value=""
          data={[{ value: "", label: "…" }, ...people.data.items.map((each) => ({ value: each.id, label: each.name + gone(each.archived_at) }))]}
          onChange={(event) => {
            const chosen = people.data.items.find((each) => each.id === event.currentTarget.value);
            if (chosen !== undefined) choose(chosen);
          }}
        />
      )}
    </Stack>
  );
}

const NOBODY: string[] = [];
/** What is offered at first. */
const DAYS = 90;

function Pack({ person }: { person: Person }) {
  const place = usePlaces(person.home === undefined ? NOBODY : [person.home])(person.home);
  const zone = place?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [purpose, setPurpose] = useState<Purpose>("complaint");
  const [ends, setEnds] = useState(() => {
    const today = dayOf(now(), zone);
    return { from: plusDays(today, -DAYS), to: today };
  });
  const days = daysOf(ends, ends.to);
  const moment = (day: string) => new Date(fromWall(day, zone)).toISOString();
  const moments = days === null ? null : { from: moment(days.from), to: moment(days.to) };
  return (
    <Stack gap="xs" component="section" aria-label={words.title}>
      {place !== null && (
        <Text size="sm" dir="auto">
          {words.chosen(place.name)}
        </Text>
      )}
      <Group gap="sm" align="flex-end">
        <TextInput type="date" label={words.from} required value={ends.from} onChange={(event) => setEnds({ ...ends, from: event.currentTarget.value })} />
        <TextInput type="date" label={words.to} required value={ends.to} onChange={(event) => setEnds({ ...ends, to: event.currentTarget.value })} />
      </Group>
      {moments === null && <Alert color="orange">{words.noPeriod}</Alert>}
      <PackOptions purpose={purpose} set={setPurpose} pack={(format) => (moments === null ? null : personPack(person.id, moments, purpose, format))} />
    </Stack>
  );
}
