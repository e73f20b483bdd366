// What narrows a list of users or tokens.

import { Checkbox, Group, NativeSelect, TextInput } from "@mantine/core";
import { useRef } from "react";

import { useOrganisations } from "../../places/organisations.ts";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { accessWords as words } from "../../text/en.ts";

export interface Wanted {
  text: string;
  organisation: string;
  archived: boolean;
}

export const EVERYTHING: Wanted = { text: "", organisation: "", archived: false };

export function Filters({ wanted, set, archived }: { wanted: Wanted; set: (wanted: Wanted) => void; archived: string }) {
  const organisations = useOrganisations();
  const field = useRef<HTMLInputElement>(null);
  useShortcuts([{ keys: "/", does: words.filter, act: () => field.current?.focus() }]);
  return (
    <Group gap="sm">
      <TextInput ref={field} aria-label={words.filter} placeholder={`${words.filter} (/)`} type="search" dir="auto" w={240} value={wanted.text} onChange={(event) => set({ ...wanted, text: event.currentTarget.value })} />
      {organisations.length > 1 && (
        <NativeSelect aria-label={words.organisation} maw={260} value={wanted.organisation} data={[{ value: "", label: words.anyOrganisation }, ...organisations.map(({ id, name }) => ({ value: id, label: name }))]} onChange={(event) => set({ ...wanted, organisation: event.currentTarget.value })} />
      )}
      <Checkbox label={archived} checked={wanted.archived} onChange={(event) => set({ ...wanted, archived: event.currentTarget.checked })} />
    </Group>
  );
}
