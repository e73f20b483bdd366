// Beside a case, for those who may: the evidence pack of its alert, and the way to that of a person.

import { Stack, Text } from "@mantine/core";
import { useState } from "react";

import { manages, useSignedIn } from "../session/session.ts";
import { evidenceWords as words } from "../text/en.ts";
import { PackOptions } from "./PackOptions.tsx";
import { alertPack, type Purpose } from "./path.ts";
import { PersonEvidence } from "./PersonEvidence.tsx";

interface Props {
  alert: string;
  home: string | null;
  people: readonly { id: string; name: string }[];
}

export function AlertEvidence({ alert, home, people }: Props) {
  const [purpose, setPurpose] = useState<Purpose>("complaint");
  if (!manages(useSignedIn())) return null;
  return (
    <details className="no-print">
      <summary>{words.title}</summary>
      <Stack gap="xs" mt={4}>
        <Text size="sm">{words.ofAlert}</Text>
        <PackOptions purpose={purpose} set={setPurpose} pack={(format) => alertPack(alert, purpose, format)} />
        {people.map((person) => (
          <PersonEvidence key={person.id} person={person} home={home} />
        ))}
      </Stack>
    </details>
  );
}
