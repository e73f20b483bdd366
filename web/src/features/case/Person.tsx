// Who it is about: what to call them, how to speak with them, what is known, and how to get in.

import { Badge, Group, Stack, Text, Title } from "@mantine/core";

import type { Schemas } from "../../api/client.ts";
import { caseWords as words } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { age } from "../../time/format.ts";
import { type Case, useHome, useResidents } from "./data.ts";
import { KeySafe } from "./KeySafe.tsx";

function Fact({ label, text }: { label: string; text: string | null | undefined }) {
  if (text == null || text === "") return null;
  return (
    <Text size="sm" dir="auto">
      <b>{label}:</b> {text}
    </Text>
  );
}

export function Person({ shown, mine }: { shown: Case; mine: boolean }) {
  const home = useHome(shown.home).data;
  const full = useResidents(shown.residents.map((resident) => resident.id));
  const now = useNow();
  const people: (Schemas["ResidentCard"] & Partial<Schemas["Resident"]>)[] = shown.residents.map((card) => full.find((each) => each.id === card.id) ?? card);
  // The one it is about, first.
  people.sort((a, b) => Number(b.id === shown.resident) - Number(a.id === shown.resident));
  return (
    <section aria-label={words.person.title}>
      <Title order={2} size="h5">
        {words.person.title}
      </Title>
      {shown.home == null ? (
        <Text size="sm">
          {words.person.noHome} {shown.gateway}
        </Text>
      ) : (
        people.length === 0 && <Text size="sm">{words.person.nobody}</Text>
      )}
      <Stack gap="xs">
        {people.map((person) => (
          <div key={person.id}>
            <Group gap={6}>
              <Text fw={700} size="lg" dir="auto">
                {person.name}
              </Text>
              {person.vulnerability !== undefined && person.vulnerability !== "usual" && <Badge color="red" variant="filled">{words.person.vulnerable[person.vulnerability]}</Badge>}
              {person.id === shown.resident && people.length > 1 && <Badge>{words.person.about}</Badge>}
            </Group>
            <Text size="sm" dir="auto">
              {[
                person.preferred_name == null || person.preferred_name === "" ? "" : words.person.preferred(person.preferred_name),
                person.born == null ? "" : words.person.born(age(person.born, now)),
              ]
                .filter((part) => part !== "")
                .join(", ")}
            </Text>
            <Fact label={words.person.language} text={person.language} />
            <Fact label={words.person.hearing} text={person.hearing} />
            <Fact label={words.person.medical} text={person.medical} />
            <Fact label={words.person.risks} text={person.risks} />
            <Fact label={words.person.notes} text={person.notes} />
          </div>
        ))}
        <Fact label={words.person.address} text={[home?.address ?? shown.home_details?.address, home?.locality ?? shown.home_details?.locality].filter((part) => part !== undefined && part !== "").join(", ")} />
        <Fact label={words.person.access} text={home?.access_notes} />
        {home?.has_key_safe === true && <KeySafe key={String(mine)} alert={shown.id} mine={mine} />}
      </Stack>
    </section>
  );
}
