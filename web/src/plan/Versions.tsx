// The versions of a plan, newest first: who changed what, when and why.

import { Stack, Text, Title } from "@mantine/core";

import { ListEnd } from "../lists/pages.tsx";
import { planWords as P } from "../text/en.ts";
import { dayTime } from "../time/format.ts";
import classes from "./plan.module.css";
import { differences, type Plan, type Value } from "./plan.ts";
import { usePlanVersions, type Whose } from "./data.ts";

const said = (value: Value | null) => (value === null ? P.unset : String(value));

export function Versions({ whose, zone }: { whose: Whose; zone: string }) {
  const list = usePlanVersions(whose);
  // The one before the oldest that is known comes with the next page; what it changed cannot be told yet.
  const shown = list.hasNextPage ? list.items.slice(0, -1) : list.items;
  return (
    <section aria-label={P.versions}>
      <Title order={2} size="h5" mb={4}>
        {P.versions}
      </Title>
      <Stack gap={6}>
        {shown.map((version, n) => (
          <Version key={version.version} version={version} before={list.items[n + 1]} zone={zone} />
        ))}
        <ListEnd list={list} empty={P.noVersions} />
      </Stack>
    </section>
  );
}

function Version({ version, before, zone }: { version: Plan; before: Plan | undefined; zone: string }) {
  const changed = differences(before, version);
  return (
    <article aria-label={P.version(version.version)}>
      <Text size="sm" dir="auto">
        <b>{P.version(version.version)}</b> · {P.by(version.author_name ?? version.author ?? "", version.created_at == null ? "" : dayTime(version.created_at, zone))} · {P.because(version.reason ?? "")}
      </Text>
      <ul className={classes.plain}>
        {changed.map((each) => (
          <li key={each.name}>{P.was(each.name, said(each.before), said(each.after))}</li>
        ))}
        {changed.length === 0 && <li>{P.noDifference}</li>}
      </ul>
    </article>
  );
}
