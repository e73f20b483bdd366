// A home to enter or to change.

import type { Schemas } from "../../api/client.ts";
import { type Field, RecordForm, type Values } from "../../form/RecordForm.tsx";
import { useOrganisations } from "../../places/organisations.ts";
import { useSignedIn } from "../../session/session.ts";
import { homesWords as words } from "../../text/en.ts";
import { type Home, holdsIn, send, useHomeChange } from "./data.ts";
import { FormPaper } from "./FormPaper.tsx";
import { callBackOf, changesOf, filled, telephoneOf } from "./record.ts";

interface Props {
  /** The home to change; a new one without. */
  home?: Home;
  done: (home: Home) => void;
  cancel: () => void;
}

const FORM = words.form;

function fields(home: Home | undefined): Field[] {
  return [
    { name: "name", label: FORM.name, hint: FORM.nameHint, required: true },
    { name: "address", label: FORM.address, max: 500 },
    { name: "locality", label: FORM.locality, hint: FORM.localityHint, max: 100 },
    { name: "zone", label: FORM.zone, hint: FORM.zoneHint, max: 64 },
    { name: "call_back", label: FORM.callBack, hint: FORM.callBackHint, kind: "tel" },
    { name: "access_notes", label: FORM.access, hint: FORM.accessHint, kind: "area" },
    { name: "key_safe", label: FORM.keySafe, hint: home?.has_key_safe === true ? FORM.keySafeKept : FORM.keySafeHint, max: 100 },
    ...(home?.has_key_safe === true ? [{ name: "no_key_safe", label: FORM.keySafeGone, kind: "check" } as const] : []),
  ];
}

/** As it is sent: the telephone as an address, the code only where one was typed. */
function sent({ no_key_safe: gone, key_safe: code, call_back: typed, ...rest }: Values, home: Home | undefined): Values {
  return { ...rest, call_back: callBackOf(typed, home?.call_back), ...(gone === true ? { key_safe: null } : code === "" || code == null ? {} : { key_safe: code }) };
}

export function HomeForm({ home, done, cancel }: Props) {
  const me = useSignedIn();
  const organisations = useOrganisations().filter((each) => each.archived_at == null && holdsIn(me, each.id, "administrator", "manager"));
  const before: Values = home === undefined ? {} : { name: home.name, address: home.address, locality: home.locality, zone: home.zone, call_back: home.call_back ?? null, access_notes: home.access_notes };
  // The server says what is wrong with a value; the form knows only which there are.
  const add = useHomeChange((values: Values) => send.add(filled(sent(values, home)) as unknown as Schemas["NewHome"]));
  const change = useHomeChange((values: Values) => send.change(home?.id ?? "", changesOf(before, sent(values, home), ["call_back"])));
  const title = home === undefined ? FORM.newTitle : FORM.editTitle;
  const initial = home === undefined ? {} : { ...before, call_back: telephoneOf(home.call_back) };
  const choice: Field[] = home === undefined ? [{ name: "organisation", label: FORM.organisation, kind: "choice", choices: organisations.map(({ id, name }) => ({ value: id, label: name })) }] : [];
  const save = async (values: Values) => done(await (home === undefined ? add : change).mutateAsync(values));
  return (
    <FormPaper title={title}>
      <RecordForm
        // Which organisations there are comes a moment later.
        key={home === undefined ? organisations.length : home.id}
        label={title}
        fields={[...choice, ...fields(home)]}
        initial={initial}
        {...(home === undefined ? { send: FORM.add } : {})}
        save={save}
        done={() => undefined}
        cancel={cancel}
      />
    </FormPaper>
  );
}
