// What narrows the trail: by whom, about what, what was done, where and when.

import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";

import { useOrganisations } from "../../places/organisations.ts";
import { auditWords as words } from "../../text/en.ts";
import { useActors } from "./names.ts";

export function AuditFilters() {
  const search = useSearch({ from: "/audit" });
  const navigate = useNavigate();
  const organisations = useOrganisations();
  const actors = useActors();
  const put = (change: Partial<typeof search>) => {
    const next = { ...search, ...change };
    void navigate({ to: "/audit", search: Object.fromEntries(Object.entries(next).filter(([, value]) => value !== "")), replace: true });
  };
  const putObject = useDebouncedCallback((object: string) => put({ object }), 300);
  const who = search.who ?? "";
  const people = [{ value: "", label: words.anybody }, ...actors.map(({ id, name }) => ({ value: id, label: name })), { value: "cli", label: words.commandLine }];
  if (people.every(({ value }) => value !== who)) people.push({ value: who, label: who });
  return (
    <Group gap="sm" align="flex-end">
      <NativeSelect label={words.who} maw={240} value={who} data={people} onChange={(event) => put({ who: event.currentTarget.value })} />
      <NativeSelect label={words.action} value={search.action ?? ""} data={[{ value: "", label: words.anything }, ...Object.entries(words.actions).map(([value, label]) => ({ value, label }))]} onChange={(event) => put({ action: event.currentTarget.value })} />
      <TextInput key={search.object ?? ""} label={words.object} type="search" w={240} maxLength={100} defaultValue={search.object ?? ""} onChange={(event) => putObject(event.currentTarget.value.trim())} />
      {organisations.length > 1 && <NativeSelect label={words.organisation} maw={240} value={search.organisation ?? ""} data={[{ value: "", label: words.anyOrganisation }, ...organisations.map(({ id, name }) => ({ value: id, label: name }))]} onChange={(event) => put({ organisation: event.currentTarget.value })} />}
      <TextInput type="date" label={words.from} value={search.from ?? ""} onChange={(event) => put({ from: event.currentTarget.value })} />
      <TextInput type="date" label={words.to} value={search.to ?? ""} onChange={(event) => put({ to: event.currentTarget.value })} />
      {Object.keys(search).length > 0 && (
        <Button variant="default" renderRoot={(props) => <Link to="/audit" search={{}} {...props} />}>
          {words.clear}
        </Button>
      )}
    </Group>
  );
}
