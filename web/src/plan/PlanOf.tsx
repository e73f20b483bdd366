// Settings and which value of each is in force: those of a home, a person, a device or an organisation, to be found and changed.

import { Checkbox, Group, Text, TextInput } from "@mantine/core";
import { useState } from "react";

import { Refused } from "../shell/Refused.tsx";
import { planWords as P } from "../text/en.ts";
import { useNow } from "../time/clock.ts";
import { usePlans, useRules, type Whose } from "./data.ts";
import { elsewhereOf, type Line, linesOf, rulesOf, straysOf } from "./plan.ts";
import { PlanTable } from "./PlanTable.tsx";
import { type Asked, SettingForm } from "./SettingForm.tsx";
import { Strays } from "./Strays.tsx";
import { Versions } from "./Versions.tsx";

export interface Named extends Whose {
  name: string;
}

interface Props {
  /** Whose rules say which settings there are. */
  organisation: string;
  zone: string;
  chain: readonly Whose[];
  whose: Whose;
  /** Whose settings go before these. */
  nearer: readonly Named[];
  mayChange: boolean;
}

/** One plan with everything that bears on it. */
export function PlanOf({ organisation, zone, chain, whose, nearer: others, mayChange }: Props) {
  const now = useNow();
  const [text, setText] = useState("");
  const [ownOnly, setOwnOnly] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const rules = useRules();
  const plans = usePlans(chain);
  const theirs = usePlans(others);
  const elsewhere = elsewhereOf(theirs.known ? theirs.layers.map((layer, n) => ({ who: others[n]?.name ?? "", plan: layer.plan })) : [], now);
  const plan = plans.layers[0]?.plan;
  const known = rulesOf(rules.data ?? [], organisation);
  const lines = plans.known ? linesOf(known, plans.layers, now) : [];
  const strays = plan === undefined || rules.data === undefined ? [] : straysOf(known, plan);
  const shown = lines.filter((line) => (!ownOnly || line.own !== null) && found(line, text));
  return (
    <>
      <Text size="sm">
        {P.explained} {whose.scope === "resident" && P.explainedResident} {whose.scope === "device" && P.explainedDevice} {whose.scope === "organisation" && P.explainedOrganisation}
      </Text>
      {rules.error !== null && <Refused error={rules.error} retry={() => void rules.refetch()} />}
      {plans.error !== null && <Refused error={plans.error} />}
      {(!plans.known || rules.isPending) && plans.error === null && <Text size="sm">{P.loading}</Text>}
      {plan !== undefined && strays.length > 0 && <Strays plan={plan} names={strays} takeBack={mayChange ? () => setAsked({ strays }) : null} />}
      <Group gap="sm" align="flex-end">
        <TextInput type="search" label={P.find} dir="auto" w={320} maw="100%" value={text} onChange={(event) => setText(event.currentTarget.value)} />
        <Checkbox pb={8} label={P.own} checked={ownOnly} onChange={(event) => setOwnOnly(event.currentTarget.checked)} />
      </Group>
      {lines.length > 0 && shown.length === 0 && <Text size="sm">{P.nothing}</Text>}
      {shown.length > 0 && <PlanTable lines={shown} elsewhere={elsewhere} zone={zone} ask={mayChange ? setAsked : null} />}
      {asked !== null && plan !== undefined && <SettingForm whose={whose} plan={plan} asked={asked} zone={zone} done={() => setAsked(null)} />}
      <Versions whose={whose} zone={zone} />
    </>
  );
}

function found(line: Line, typed: string): boolean {
  const text = `${line.rule} ${line.name} ${line.setting.text}`.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
