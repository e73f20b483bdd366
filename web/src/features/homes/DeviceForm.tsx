// A device to enter or to change.

import type { Schemas } from "../../api/client.ts";
import { type Field, RecordForm, type Values } from "../../form/RecordForm.tsx";
import { homesWords as words } from "../../text/en.ts";
import { send, useHomeChange } from "./data.ts";
import { FormPaper } from "./FormPaper.tsx";
import { deviceName } from "./names.ts";
import { callBackOf, changesOf, filled, telephoneOf } from "./record.ts";

const D = words.devices;

interface Props {
  device: Schemas["Device"] | null;
  gateways: readonly Schemas["Gateway"][];
  residents: readonly Schemas["ResidentSummary"][];
  done: () => void;
  cancel: () => void;
}

function fields({ device, gateways, residents }: Props): Field[] {
  const where: Field[] = [
    { name: "gateway", label: D.gateway, kind: "choice", choices: gateways.map(({ id }) => ({ value: id, label: id })) },
    { name: "address", label: D.address, hint: D.addressHint, required: true, max: 64 },
  ];
  return [
    ...(device === null ? where : []),
    { name: "room", label: D.room, max: 100 },
    { name: "model", label: D.model, max: 100 },
    { name: "resident", label: D.resident, kind: "choice", choices: [{ value: "", label: D.nobody }, ...residents.map(({ id, name }) => ({ value: id, label: name }))] },
    { name: "call_back", label: D.callBack, hint: D.callBackHint, kind: "tel" },
  ];
}

export function DeviceForm(props: Props) {
  const { device, done, cancel } = props;
  const title = device === null ? D.newTitle : D.editTitle(deviceName(device));
  const before: Values = device === null ? {} : { room: device.room, model: device.model, resident: device.resident ?? null, call_back: device.call_back ?? null };
  const sent = (values: Values): Values => ({ ...values, call_back: callBackOf(values["call_back"], device?.call_back) });
  // The server says what is wrong with a value; the form knows only which there are.
  const add = useHomeChange((values: Values) => send.addDevice(filled(sent(values)) as unknown as Schemas["NewDevice"]));
  const change = useHomeChange((values: Values) => send.changeDevice(device?.id ?? "", changesOf(before, sent(values), ["call_back", "resident"])));
  return (
    <FormPaper title={title}>
      <RecordForm label={title} fields={fields(props)} initial={{ ...before, call_back: telephoneOf(device?.call_back) }} send={D.send} save={(device === null ? add : change).mutateAsync} done={done} cancel={cancel} />
    </FormPaper>
  );
}
