// A form over the plain fields of a record: what the server refuses is told at the field, and what was typed stays.

import { Button, Checkbox, Group, NativeSelect, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, type SyntheticEvent, useState } from "react";

import { Refused } from "../shell/Refused.tsx";
import { forms } from "../text/en.ts";
import { faultAt, faultElsewhere } from "./fault.ts";

export type Value = string | number | boolean | null;

export interface Field {
  /** As it is called in the request. */
  name: string;
  label: string;
  kind?: "text" | "area" | "number" | "check" | "choice" | "date" | "time" | "password" | "tel" | "url";
  hint?: string;
  required?: boolean;
  /** The most characters, or the greatest number. */
  max?: number;
  min?: number;
  choices?: { value: string; label: string }[];
}

export type Values = Record<string, Value>;

interface Props {
  label: string;
  fields: readonly Field[];
  initial?: Values;
  /** The words on the button that sends. */
  send?: string;
  /** Sends all fields. What it throws is shown. */
  save: (values: Values) => Promise<unknown>;
  done: () => void;
  cancel?: () => void;
  /** What stands below the fields and is no plain field. */
  children?: ReactNode;
}

export function RecordForm({ label, fields, initial = {}, send = forms.save, save, done, cancel, children }: Props) {
  const [values, setValues] = useState<Values>(() => Object.fromEntries(fields.map((field) => [field.name, initial[field.name] ?? blank(field)])));
  const saving = useMutation({ mutationFn: save, onSuccess: done });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    saving.mutate(values);
  };
  return (
    <form aria-label={label} onSubmit={submit}>
      <Stack gap="xs">
        {faultElsewhere(saving.error, fields.map((field) => field.name)) && <Refused error={saving.error} />}
        {fields.map((field) => (
          <OneField key={field.name} field={field} value={values[field.name] ?? blank(field)} error={faultAt(saving.error, field.name)} set={(value) => setValues((old) => ({ ...old, [field.name]: value }))} />
        ))}
        {children}
        <Group gap="xs">
          <Button type="submit" loading={saving.isPending}>
            {send}
          </Button>
          {cancel !== undefined && (
            <Button variant="default" onClick={cancel}>
              {forms.cancel}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

function blank(field: Field): Value {
  if (field.kind === "check") return false;
  return field.kind === "choice" ? (field.choices?.[0]?.value ?? "") : "";
}

const TYPES = { date: "date", time: "datetime-local", password: "password", tel: "tel", url: "url" } as const;

function OneField({ field, value, error, set }: { field: Field; value: Value; error: string | null; set: (value: Value) => void }) {
  const shared = { label: field.label, name: field.name, description: field.hint, error, required: field.required ?? false };
  switch (field.kind) {
    case "check":
      return <Checkbox label={field.label} name={field.name} description={field.hint} error={error} checked={value === true} onChange={(event) => set(event.currentTarget.checked)} />;
    case "choice":
      return <NativeSelect {...shared} data={field.choices ?? []} value={String(value ?? "")} onChange={(event) => set(event.currentTarget.value)} />;
    case "number":
      return <NumberInput {...shared} hideControls value={typeof value === "number" ? value : ""} onChange={(next) => set(typeof next === "number" ? next : next === "" ? null : Number(next))} {...(field.min === undefined ? {} : { min: field.min })} {...(field.max === undefined ? {} : { max: field.max })} clampBehavior="none" />;
    case "area":
      return <Textarea {...shared} dir="auto" autosize minRows={2} maxLength={field.max ?? 4000} value={String(value ?? "")} onChange={(event) => set(event.currentTarget.value)} />;
    default: {
      const type = field.kind === undefined || field.kind === "text" ? "text" : TYPES[field.kind];
      return <TextInput {...shared} dir={type === "text" ? "auto" : "ltr"} type={type} maxLength={field.max ?? 200} autoComplete={type === "password" ? "new-password" : "off"} value={String(value ?? "")} onChange={(event) => set(event.currentTarget.value)} />;
    }
  }
}
