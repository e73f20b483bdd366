// Settings of rules that are no longer in force: they stand in the way of every other change until they are taken back.

import { Alert, Button, List } from "@mantine/core";

import { planWords as P } from "../text/en.ts";
import type { Plan } from "./plan.ts";

export function Strays({ plan, names, takeBack }: { plan: Plan; names: readonly string[]; takeBack: (() => void) | null }) {
  return (
    <Alert color="orange">
      <b>{P.strays}.</b> {P.straysExplained}
      <List size="sm" mt={4} mb={4}>
        {names.map((name) => (
          <List.Item key={name}>
            {name}: {String(plan.overrides[name])}
          </List.Item>
        ))}
      </List>
      {takeBack !== null && (
        <Button size="compact-sm" variant="default" onClick={takeBack}>
          {P.takeBack}
        </Button>
      )}
    </Alert>
  );
}
