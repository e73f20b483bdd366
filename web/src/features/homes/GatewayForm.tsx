// A gateway to register or to change.

import type { Schemas } from "../../api/client.ts";
import { type Field, RecordForm, type Values } from "../../form/RecordForm.tsx";
import { homesWords as words } from "../../text/en.ts";
import { send, useHomeChange } from "./data.ts";
import { FormPaper } from "./FormPaper.tsx";
import { callBackOf, changesOf, filled, telephoneOf } from "./record.ts";

const G = words.gateways;

const ID: Field = { name: "id", label: G.id, hint: G.idHint, required: true, max: 64 };
const FIELDS: readonly Field[] = [
  { name: "model", label: G.model, max: 100 },
  { name: "network", label: G.network, hint: G.networkHint, max: 100 },
  { name: "call_back", label: G.callBack, hint: G.callBackHint, kind: "tel" },
];

interface Props {
  home: string;
  gateway: Schemas["Gateway"] | null;
  /** With the secret of a gateway that was registered. */
  done: (made?: Schemas["GatewayWithSecret"]) => void;
  cancel: () => void;
}

export function GatewayForm({ home, gateway, done, cancel }: Props) {
  const title = gateway === null ? G.newTitle : G.editTitle(gateway.id);
  const before: Values = gateway === null ? {} : { model: gateway.model, network: gateway.network, call_back: gateway.call_back ?? null };
  const sent = (values: Values): Values => ({ ...values, call_back: callBackOf(values["call_back"], gateway?.call_back) });
  // The server says what is wrong with a value; the form knows only which there are.
  const add = useHomeChange((values: Values) => send.addGateway({ home, ...filled(sent(values)) } as unknown as Schemas["NewGateway"]));
  const change = useHomeChange((values: Values) => send.changeGateway(gateway?.id ?? "", changesOf(before, sent(values), ["call_back"])));
  const save = async (values: Values) => {
    if (gateway === null) {
      done(await add.mutateAsync(values));
    } else {
      await change.mutateAsync(values);
      done();
    }
  };
  return (
    <FormPaper title={title}>
      <RecordForm label={title} fields={gateway === null ? [ID, ...FIELDS] : FIELDS} initial={{ ...before, call_back: telephoneOf(gateway?.call_back) }} send={gateway === null ? G.send : G.save} save={save} done={() => undefined} cancel={cancel} />
    </FormPaper>
  );
}
