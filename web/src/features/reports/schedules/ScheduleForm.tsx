// A scheduled report to enter or to change.

import { Button, Group, NativeSelect, NumberInput, Paper, Stack, TextInput, Title } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";

import { faultAt, faultElsewhere } from "../../../form/fault.ts";
import { useOrganisations } from "../../../places/organisations.ts";
import { Refused } from "../../../shell/Refused.tsx";
import { forms, reportsWords, schedulesWords as words } from "../../../text/en.ts";
import { NAMES, useTables } from "../data.ts";
import { useSave } from "./data.ts";
import { CADENCES, DAYS, type Entered, entered, FORMATS, fresh, type Schedule } from "./entry.ts";
import { RecipientFields } from "./Recipients.tsx";

interface Props {
  /** Absent: a new one. */
  schedule?: Schedule;
  done: () => void;
}

const FIELDS = ["organisation", "name", "report", "format", "table", "when.on", "when.day", "when.at"];

export function ScheduleForm({ schedule, done }: Props) {
  const organisations = useOrganisations();
  const [form, setForm] = useState<Entered>(() => (schedule === undefined ? fresh("", "response-times") : entered(schedule)));
  const organisation = form.organisation === "" ? (organisations[0]?.id ?? "") : form.organisation;
  const put = (change: Partial<Entered>) => setForm((before) => ({ ...before, ...change }));
  const save = useSave(schedule?.id ?? null);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate({ ...form, organisation }, { onSuccess: done });
  };
  const fault = (field: string) => faultAt(save.error, field);
  const named = [...FIELDS, ...form.recipients.map((_, n) => `recipients[${n}].to`)];
  const title = schedule === undefined ? words.form.new : words.form.change;
  return (
    <Paper withBorder p="sm" component="form" aria-label={title} onSubmit={submit}>
      <Stack gap="xs">
        <Title order={2} size="h5">
          {title}
        </Title>
        {faultElsewhere(save.error, named) && <Refused error={save.error} />}
        <Group gap="sm" align="flex-start">
          <TextInput label={words.form.name} required dir="auto" maxLength={200} w={320} value={form.name} error={fault("name")} onChange={(event) => put({ name: event.currentTarget.value })} />
          {schedule === undefined && <NativeSelect label={words.form.organisation} maw={320} value={organisation} error={fault("organisation")} data={organisations.map((each) => ({ value: each.id, label: each.name }))} onChange={(event) => put({ organisation: event.currentTarget.value })} />}
        </Group>
        <What form={form} put={put} fault={fault} />
        <When form={form} put={put} fault={fault} />
        <RecipientFields organisation={organisation} recipients={form.recipients} set={(recipients) => put({ recipients })} fault={(n) => fault(`recipients[${n}].to`)} />
        <Group gap="xs">
          <Button type="submit" loading={save.isPending}>
            {words.form.save}
          </Button>
          <Button variant="default" onClick={done}>
            {forms.cancel}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

interface Part {
  form: Entered;
  put: (change: Partial<Entered>) => void;
  fault: (field: string) => string | null;
}

function What({ form, put, fault }: Part) {
  const tables = useTables(form.report);
  return (
    <Group gap="sm" align="flex-start">
      <NativeSelect label={words.form.report} value={form.report} error={fault("report")} data={NAMES.map((value) => ({ value, label: reportsWords.names[value] }))} onChange={(event) => put({ report: NAMES.find((name) => name === event.currentTarget.value) ?? form.report, table: "" })} />
      <NativeSelect label={words.form.format} value={form.format} error={fault("format")} data={FORMATS.map((value) => ({ value, label: words.formats[value] }))} onChange={(event) => put({ format: FORMATS.find((format) => format === event.currentTarget.value) ?? "xlsx" })} />
      {form.format === "csv" && <NativeSelect label={words.form.table} value={form.table} error={fault("table")} data={[{ value: "", label: words.form.firstTable }, ...tables.map((each) => ({ value: each.id, label: each.title }))]} onChange={(event) => put({ table: event.currentTarget.value })} />}
    </Group>
  );
}

function When({ form, put, fault }: Part) {
  return (
    <Group gap="sm" align="flex-start">
      <NativeSelect label={words.form.every} value={form.every} data={CADENCES.map((value) => ({ value, label: words.every[value] }))} onChange={(event) => put({ every: CADENCES.find((each) => each === event.currentTarget.value) ?? form.every })} />
      {form.every === "weekly" && <NativeSelect label={words.form.on} value={form.on} error={fault("when.on")} data={DAYS.map((value) => ({ value, label: words.days[value] }))} onChange={(event) => put({ on: DAYS.find((each) => each === event.currentTarget.value) ?? form.on })} />}
      {form.every === "monthly" && <NumberInput label={words.form.day} required hideControls clampBehavior="none" w={230} value={form.day ?? ""} error={fault("when.day")} onChange={(next) => put({ day: typeof next === "number" ? next : null })} />}
      <TextInput type="time" label={words.form.at} description={words.form.atHint} inputWrapperOrder={["label", "input", "description", "error"]} required value={form.at} error={fault("when.at")} onChange={(event) => put({ at: event.currentTarget.value })} />
    </Group>
  );
}
