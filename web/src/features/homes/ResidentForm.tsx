// Somebody who lives there, to enter or to change.

import type { Schemas } from "../../api/client.ts";
import { type Field, RecordForm, type Values } from "../../form/RecordForm.tsx";
import { homesWords as words } from "../../text/en.ts";
import { send, useHomeChange } from "./data.ts";
import { FormPaper } from "./FormPaper.tsx";
import { changesOf, filled } from "./record.ts";

const P = words.people;

const FIELDS: readonly Field[] = [
  { name: "name", label: P.name, required: true },
  { name: "preferred_name", label: P.preferred },
  { name: "language", label: P.language, hint: P.languageHint, max: 35 },
  { name: "hearing", label: P.hearing, hint: P.hearingHint, kind: "area", max: 1000 },
  { name: "born", label: P.born, kind: "date" },
  { name: "medical", label: P.medical, hint: P.medicalHint, kind: "area", max: 8000 },
  { name: "risks", label: P.risks, hint: P.risksHint, kind: "area" },
  { name: "notes", label: P.notes, kind: "area" },
  { name: "vulnerability", label: P.vulnerability, kind: "choice", choices: Object.entries(P.vulnerable).map(([value, label]) => ({ value, label })) },
];

const MAY_BE_ABSENT = ["preferred_name", "language", "born"];

interface Props {
  home: string;
  /** Who is changed; somebody new without. */
  resident?: Schemas["Resident"];
  done: () => void;
  cancel: () => void;
}

export function ResidentForm({ home, resident, done, cancel }: Props) {
  const title = resident === undefined ? P.newTitle : P.editTitle(resident.name);
  const before: Values = resident === undefined ? {} : Object.fromEntries(FIELDS.map(({ name }) => [name, resident[name as keyof typeof resident] ?? null]));
  // The server says what is wrong with a value; the form knows only which there are.
  const add = useHomeChange((values: Values) => send.addResident({ home, ...filled(values) } as Schemas["NewResident"]));
  const change = useHomeChange((values: Values) => send.changeResident(resident?.id ?? "", changesOf(before, values, MAY_BE_ABSENT)));
  return (
    <FormPaper title={title}>
      <RecordForm label={title} fields={FIELDS} initial={before} send={P.send} save={(resident === undefined ? add : change).mutateAsync} done={done} cancel={cancel} />
    </FormPaper>
  );
}
