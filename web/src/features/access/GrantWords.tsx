// The grants of somebody, a line each.

import { Text } from "@mantine/core";

import { accessWords as words } from "../../text/en.ts";
import { type Grant, inWords } from "./grants.ts";

export function GrantWords({ grants, organisations }: { grants: readonly Grant[]; organisations: readonly { id: string; name: string }[] }) {
  if (grants.length === 0) return <Text size="sm">{words.noGrants}</Text>;
  return grants.map((grant) => (
    <Text key={`${grant.role} ${grant.organisation ?? ""}`} size="sm" dir="auto">
      {inWords(grant, organisations)}
    </Text>
  ));
}
