// Beside a case, for those who may: the evidence pack of its alert, and the way to that of a person.

import { Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { manages, useSignedIn } from "../session/session.ts";
import { evidenceWords as words } from "../text/en.ts";
import { PackOptions } from "./PackOptions.tsx";
import { alertPack, type Purpose } from "./path.ts";

interface Props {
  alert: string;
  people: readonly { id: string; name: string }[];
}

export function AlertEvidence({ alert, people }: Props) {
  const [purpose, setPurpose] = useState<Purpose>("complaint");
  if (!manages(useSignedIn())) return null;
  return (
    <details className="no-print">
      <summary>{words.title}</summary>
      <Stack gap="xs" mt={4}>
        <Text size="sm">{words.ofAlert}</Text>
        <PackOptions purpose={purpose} set={setPurpose} pack={(format) => alertPack(alert, purpose, format)} />
        {people.map((person) => (
          <Link key={person.id} to="/reports/evidence" search={{ resident: person.id, name: person.name }} dir="auto">
            {words.forPerson(person.name)}
          </Link>
        ))}
      </Stack>
    </details>
  );
}
