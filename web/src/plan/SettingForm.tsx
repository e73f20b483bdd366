// One setting gets another value, or is taken back; always with a reason, and with an end where it is for a while.

import { Modal, Stack, Text } from "@mantine/core";

import { type Field, RecordForm, type Values } from "../form/RecordForm.tsx";
import { planWords as P } from "../text/en.ts";
import { fromWall, toWall } from "../time/zone.ts";
import { changeOf, type Line, type Plan, type Value } from "./plan.ts";
import { usePlanChange, type Whose } from "./data.ts";
import { withUnit } from "./PlanTable.tsx";

/** What is to be changed: a setting, or what no rule knows any more. */
export type Asked = { line: Line; takeBack: boolean } | { strays: readonly string[] };

const REASON: Field = { name: "reason", label: P.reason, hint: P.reasonHint, kind: "area", required: true, max: 1000 };

interface Props {
  whose: Whose;
  plan: Plan;
  asked: Asked;
  zone: string;
  done: () => void;
}

/** The end as it is sent: what nobody touched goes back as it came, and what is no time is left for the server to refuse. */
function endOf(typed: Values[string] | undefined, before: string | null, zone: string): string | null {
  if (typed === "" || typed == null) return null;
  if (before !== null && toWall(before, zone) === typed) return before;
  const at = fromWall(String(typed), zone);
  return Number.isNaN(at) ? String(typed) : new Date(at).toISOString();
}

function valueField(line: Line): Field {
  const { unit, min, max } = line.setting;
  if (unit === "hh:mm") return { name: line.name, label: P.newValue(unit), required: true, max: 5, hint: "22:00" };
  const said = P.units[unit] ?? unit;
  const bounds = min == null || max == null ? {} : { hint: P.bounds(String(min), String(max)) };
  return { name: line.name, label: P.newValue(said), kind: "number", required: true, ...bounds };
}

export function SettingForm(props: Props) {
  const { asked, done } = props;
  const title = "line" in asked ? `${asked.line.rule}: ${asked.line.name}` : P.strays;
  return (
    <Modal opened onClose={done} title={title} closeButtonProps={{ "aria-label": P.close }} size="lg">
      {"line" in asked && !asked.takeBack ? <Change {...props} line={asked.line} title={title} /> : <TakeBack {...props} title={title} />}
    </Modal>
  );
}

function Change({ whose, plan, line, zone, title, done }: Props & { line: Line; title: string }) {
  const change = usePlanChange(whose);
  const until = line.own === null || line.own.ended ? null : (line.own.detail?.until ?? null);
  const save = ({ reason, ends, ...rest }: Values) => {
    const value = rest[line.name] ?? "";
    const next: Value = typeof value === "object" ? "" : value;
    return change.mutateAsync(changeOf(plan, { [line.name]: { value: next, until: endOf(ends, until, zone) } }, String(reason ?? "")));
  };
  return (
    <Stack gap="xs">
      <Text size="sm" dir="auto">
        {line.setting.text}
      </Text>
      <RecordForm
        label={title}
        fields={[valueField(line), { name: "ends", label: P.until, kind: "time", hint: P.untilHint(zone) }, REASON]}
        initial={{ [line.name]: line.value, ends: until === null ? "" : toWall(until, zone) }}
        send={P.send}
        save={save}
        done={done}
        cancel={done}
      />
    </Stack>
  );
}

function TakeBack({ whose, plan, asked, title, done }: Props & { title: string }) {
  const change = usePlanChange(whose);
  const names = "line" in asked ? [asked.line.name] : asked.strays;
  const save = ({ reason }: Values) => change.mutateAsync(changeOf(plan, Object.fromEntries(names.map((name) => [name, null])), String(reason ?? "")));
  return (
    <Stack gap="xs">
      {"line" in asked && <Text size="sm">{P.takeBackAsk(withUnit(asked.line.wider.value, asked.line.setting.unit), P.from[asked.line.wider.from])}</Text>}
      <RecordForm label={title} fields={[REASON]} send={P.takeBack} save={save} done={done} cancel={done} />
    </Stack>
  );
}
