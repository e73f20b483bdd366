// The settings of a home, of one of its people or of one of its devices: which value is in force, where it comes from, and how it is changed.

import { Checkbox, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import type { Schemas } from "../../api/client.ts";
import { Refused } from "../../shell/Refused.tsx";
import { homesWords as words } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { type Home, useDevices, useResidentNames } from "./data.ts";
import { deviceName } from "./names.ts";
import { elsewhereOf, type Line, linesOf, rulesOf, straysOf } from "./plan.ts";
import { usePlans, useRules, type Whose } from "./planData.ts";
import { PlanTable } from "./PlanTable.tsx";
import { type Asked, SettingForm } from "./SettingForm.tsx";
import { Strays } from "./Strays.tsx";
import { Versions } from "./Versions.tsx";

const P = words.plan;

/** Everybody and everything of the home that may have settings of its own, and which of them is looked at. */
function useWhose(home: Home) {
  const search = useSearch({ from: "/homes/$id" });
  const residents = useResidentNames(home.id).data?.items ?? [];
  const devices = useDevices(home.id, false).data?.items ?? [];
  const device = devices.find((each) => each.id === search.device);
  const wearer = device?.resident ?? null;
  const wider: Whose[] = [
    { scope: "home", id: home.id },
    { scope: "organisation", id: home.organisation },
  ];
  const chain: Whose[] =
    search.device !== undefined
      ? [{ scope: "device", id: search.device }, ...(wearer === null ? [] : [{ scope: "resident", id: wearer } as const]), ...wider]
      : search.resident !== undefined
        ? [{ scope: "resident", id: search.resident }, ...wider]
        : wider;
  return { chain, residents, devices };
}

export function PlanPart({ home, mayChange }: { home: Home; mayChange: boolean }) {
  const { chain, residents, devices } = useWhose(home);
  const navigate = useNavigate();
  const [whose] = chain;
  const key = whose === undefined ? "" : `${whose.scope}:${whose.id}`;
  const go = (chosen: string) => {
    const [scope = "", id = ""] = chosen.split(":");
    void navigate({ to: "/homes/$id", params: { id: home.id }, search: { part: "plan", ...(scope === "home" ? {} : { [scope]: id }) }, replace: true });
  };
  const choices = [
    { value: `home:${home.id}`, label: P.theHome },
    ...residents.map(({ id, name }) => ({ value: `resident:${id}`, label: name })),
    ...devices.map((device) => ({ value: `device:${device.id}`, label: deviceName(device) })),
  ];
  return (
    <Stack gap="sm">
      <NativeSelect label={P.whose} maw={420} data={choices} value={key} onChange={(event) => go(event.currentTarget.value)} />
      {whose !== undefined && <OnePlan key={key} home={home} chain={chain} whose={whose} nearer={whose.scope === "home" ? nearer(residents, devices) : []} mayChange={mayChange} />}
    </Stack>
  );
}

interface Named extends Whose {
  name: string;
}

/** More than any home has: what is beyond is not asked for. */
const NEARER_AT_MOST = 60;

/** Whose settings go before the home's. */
function nearer(residents: readonly { id: string; name: string }[], devices: readonly Schemas["Device"][]): Named[] {
  const all: Named[] = [...residents.map(({ id, name }) => ({ scope: "resident" as const, id, name })), ...devices.map((device) => ({ scope: "device" as const, id: device.id, name: deviceName(device) }))];
  return all.slice(0, NEARER_AT_MOST);
}

interface Props {
  home: Home;
  chain: readonly Whose[];
  whose: Whose;
  nearer: readonly Named[];
  mayChange: boolean;
}

function OnePlan({ home, chain, whose, nearer: others, mayChange }: Props) {
  const now = useNow();
  const [text, setText] = useState("");
  const [ownOnly, setOwnOnly] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const rules = useRules();
  const plans = usePlans(chain);
  const theirs = usePlans(others);
  const elsewhere = elsewhereOf(theirs.known ? theirs.layers.map((layer, n) => ({ who: others[n]?.name ?? "", plan: layer.plan })) : [], now);
  const plan = plans.layers[0]?.plan;
  const known = rulesOf(rules.data ?? [], home.organisation);
  const lines = plans.known ? linesOf(known, plans.layers, now) : [];
  const strays = plan === undefined || rules.data === undefined ? [] : straysOf(known, plan);
  const shown = lines.filter((line) => (!ownOnly || line.own !== null) && found(line, text));
  return (
    <>
      <Text size="sm">
        {P.explained} {whose.scope === "resident" && P.explainedResident} {whose.scope === "device" && P.explainedDevice}
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
      {shown.length > 0 && <PlanTable lines={shown} elsewhere={elsewhere} zone={home.zone} ask={mayChange ? setAsked : null} />}
      {asked !== null && plan !== undefined && <SettingForm whose={whose} plan={plan} asked={asked} zone={home.zone} done={() => setAsked(null)} />}
      <Versions whose={whose} zone={home.zone} />
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
