// Sets that somebody is away, in hospital or has a carer there, that somebody works on the equipment, or a test mode. The end is never left out.

import type { Schemas } from "../../api/client.ts";
import { type Field, RecordForm, type Values } from "../../form/RecordForm.tsx";
import { homesWords as words } from "../../text/en.ts";
import { now } from "../../time/clock.ts";
import { fromWall, toWall } from "../../time/zone.ts";
import type { What } from "./Away.tsx";
import { type Home, send, useHomeChange } from "./data.ts";
import { FormPaper } from "./FormPaper.tsx";
import { deviceName } from "./names.ts";

const A = words.away;
const HOUR = 3_600_000;
/** Where there is a usual length it stands in the form; a stay away or in hospital has none. */
const USUAL: Partial<Record<What, number>> = { carer_present: 2 * HOUR, maintenance: 4 * HOUR, test_mode: HOUR };

interface Props {
  what: What;
  home: Home;
  devices: readonly Schemas["Device"][];
  done: () => void;
  cancel: () => void;
}

function fieldsOf(what: What, zone: string, devices: readonly Schemas["Device"][]): Field[] {
  const equipment: Field = { name: "device", label: A.device, kind: "choice", choices: [{ value: "", label: A.whole }, ...devices.map((device) => ({ value: device.id, label: deviceName(device) }))] };
  return [
    { name: "until", label: A.until, kind: "time", required: true, hint: A.untilHint(zone) },
    ...(what === "maintenance" || what === "test_mode" ? [equipment] : []),
    ...(what === "test_mode" ? [{ name: "kinds", label: A.testKinds, hint: A.testKindsHint, max: 1000 } satisfies Field] : []),
    { name: "reason", label: A.reason, kind: "area", required: what === "maintenance", max: 1000 },
  ];
}

export function AwayForm({ what, home, devices, done, cancel }: Props) {
  const set = useHomeChange(({ until: typed, reason, device, kinds }: Values) => {
    const at = fromWall(String(typed ?? ""), home.zone);
    // What is no time is sent as it is: the server says what it wants.
    const until = Number.isNaN(at) ? String(typed ?? "") : new Date(at).toISOString();
    const why = reason === "" || reason == null ? {} : { reason: String(reason) };
    const of = device === "" || device == null ? {} : { device: String(device) };
    if (what === "maintenance") return send.maintenance(home.id, { until, reason: String(reason ?? ""), ...of });
    if (what === "test_mode") return send.testMode(home.id, { until, kinds: String(kinds ?? "").split(/[\s,]+/).filter((kind) => kind !== ""), ...of, ...why });
    return send.away(home.id, { until, kind: what, ...why });
  });
  const usual = USUAL[what];
  return (
    <FormPaper title={A.kinds[what]} explained={A.explained[what]}>
      <RecordForm label={A.kinds[what]} fields={fieldsOf(what, home.zone, devices)} initial={{ until: usual === undefined ? "" : toWall(now() + usual, home.zone) }} send={A.send(A.kinds[what])} save={set.mutateAsync} done={done} cancel={cancel} />
    </FormPaper>
  );
}
