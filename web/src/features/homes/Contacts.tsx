// Whom to call, in calling order.

import { Badge, Button, Group, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";

import type { Schemas } from "../../api/client.ts";
import { type Field, RecordForm, type Values } from "../../form/RecordForm.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { homesWords as words } from "../../text/en.ts";
import { type Home, send, useContacts, useHomeChange } from "./data.ts";
import { FormPaper } from "./FormPaper.tsx";
import { Part } from "./HomeNow.tsx";
import classes from "./homes.module.css";
import { changesOf, filled } from "./record.ts";

type Contact = Schemas["Contact"];
const C = words.contacts;

const FIELDS: readonly Field[] = [
  { name: "name", label: C.name, required: true },
  { name: "relation", label: C.relation, max: 100 },
  { name: "telephone", label: C.telephone, kind: "tel", required: true, max: 50 },
  { name: "calling_order", label: C.order, hint: C.orderHint, kind: "number", required: true },
  { name: "key_holder", label: C.keyHolder, kind: "check" },
  { name: "notes", label: C.notes, kind: "area" },
];

export function Contacts({ home, archived, mayChange }: { home: Home; archived: boolean; mayChange: boolean }) {
  const listed = useContacts(home.id, archived);
  const [doing, setDoing] = useState<"add" | Contact | null>(null);
  const done = () => setDoing(null);
  const contacts = listed.data?.items ?? [];
  const last = contacts.filter((each) => each.archived_at == null).reduce((most, each) => Math.max(most, each.calling_order), 0);
  return (
    <Part title={C.title}>
      <Stack gap="xs">
        {listed.error !== null && <Refused error={listed.error} retry={() => void listed.refetch()} />}
        {listed.data !== undefined && contacts.length === 0 && <Text size="sm">{C.none}</Text>}
        {contacts.length > 0 && (
          <Table className={classes.table} verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{C.columns.order}</Table.Th>
                <Table.Th>{C.columns.name}</Table.Th>
                <Table.Th>{C.columns.telephone}</Table.Th>
                {mayChange && <Table.Th>{C.columns.act}</Table.Th>}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {contacts.map((contact) => (
                <Row key={contact.id} contact={contact} mayChange={mayChange} edit={() => setDoing(contact)} />
              ))}
            </Table.Tbody>
          </Table>
        )}
        {doing !== null && <ContactForm key={doing === "add" ? "" : doing.id} home={home.id} contact={doing === "add" ? null : doing} next={last + 1} done={done} cancel={done} />}
        {mayChange && doing === null && (
          <Group>
            <Button size="compact-md" variant="default" onClick={() => setDoing("add")}>
              {C.add}
            </Button>
          </Group>
        )}
      </Stack>
    </Part>
  );
}

function Row({ contact, mayChange, edit }: { contact: Contact; mayChange: boolean; edit: () => void }) {
  const archive = useHomeChange((archived: boolean) => send.changeContact(contact.id, { archived }));
  const gone = contact.archived_at != null;
  return (
    <Table.Tr data-archived={gone || undefined}>
      <Table.Td>{contact.calling_order}</Table.Td>
      <Table.Td>
        <bdi>
          <b>{contact.name}</b>
        </bdi>
        {contact.relation !== "" && (
          <>
            , <bdi>{contact.relation}</bdi>
          </>
        )}{" "}
        {contact.key_holder && <Badge variant="filled">{C.keyHolder}</Badge>} {gone && <Badge color="gray" variant="filled">{words.archived}</Badge>}
        {contact.notes !== "" && (
          <Text size="sm" dir="auto">
            {contact.notes}
          </Text>
        )}
        {archive.error !== null && <Refused error={archive.error} />}
      </Table.Td>
      <Table.Td>
        <a href={`tel:${contact.telephone.replace(/[^\d+]/g, "")}`} className={classes.link}>
          {contact.telephone}
        </a>
      </Table.Td>
      {mayChange && (
        <Table.Td>
          <Group gap={4}>
            {!gone && (
              <Button size="compact-sm" variant="default" aria-label={C.editTitle(contact.name)} onClick={edit}>
                {words.people.edit}
              </Button>
            )}
            <Button size="compact-sm" variant="default" loading={archive.isPending} aria-label={gone ? words.people.restore(contact.name) : words.people.archive(contact.name)} onClick={() => archive.mutate(!gone)}>
              {gone ? words.people.restoreShort : words.people.archiveShort}
            </Button>
          </Group>
        </Table.Td>
      )}
    </Table.Tr>
  );
}

interface FormProps {
  home: string;
  contact: Contact | null;
  /** The place behind all others. */
  next: number;
  done: () => void;
  cancel: () => void;
}

function ContactForm({ home, contact, next, done, cancel }: FormProps) {
  const title = contact === null ? C.newTitle : C.editTitle(contact.name);
  const before: Values = contact === null ? { calling_order: next } : Object.fromEntries(FIELDS.map(({ name }) => [name, contact[name as keyof Contact] ?? null]));
  // The server says what is wrong with a value; the form knows only which there are.
  const add = useHomeChange((values: Values) => send.addContact({ home, ...filled(values) } as unknown as Schemas["NewContact"]));
  const change = useHomeChange((values: Values) => send.changeContact(contact?.id ?? "", changesOf(before, values, [])));
  return (
    <FormPaper title={title}>
      <RecordForm label={title} fields={FIELDS} initial={before} send={C.send} save={(contact === null ? add : change).mutateAsync} done={done} cancel={cancel} />
    </FormPaper>
  );
}
