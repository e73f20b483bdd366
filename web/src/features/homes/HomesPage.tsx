// All homes, found as people look for them: by a name, an address, a telephone number, a gateway or whoever lives there.

import { Badge, Button, Checkbox, Group, NativeSelect, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type RefObject, useRef, useState } from "react";

import type { Schemas } from "../../api/client.ts";
import { ListEnd } from "../../lists/pages.tsx";
import { useOrganisations } from "../../places/organisations.ts";
import { manages, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { homesWords as words } from "../../text/en.ts";
import { useHomeList } from "./data.ts";
import { HomeForm } from "./HomeForm.tsx";
import classes from "./homes.module.css";
import { NotReady } from "./Missing.tsx";
import { telephoneOf } from "./record.ts";

export function HomesPage() {
  return (
    <Only page="homes">
      <Homes />
    </Only>
  );
}

/** What is looked for, kept in the address. */
function useWanted() {
  const { q = "", organisation = "", archived = "", state = "" } = useSearch({ from: "/homes" });
  const navigate = useNavigate();
  const put = (change: Partial<Record<"q" | "organisation" | "archived" | "state", string>>) => {
    const next = { q, organisation, archived, state, ...change };
    void navigate({ to: "/homes", search: Object.fromEntries(Object.entries(next).filter(([, value]) => value !== "")), replace: true });
  };
  return { q, organisation, archived, state, put };
}

function Homes() {
  const mayAdd = manages(useSignedIn());
  const navigate = useNavigate();
  const wanted = useWanted();
  const [adding, setAdding] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const list = useHomeList({
    q: wanted.q,
    organisation: wanted.organisation,
    archived: wanted.archived === "1",
    installing: wanted.state === "" ? null : wanted.state === "installing",
  });
  useShortcuts([
    { keys: "/", does: words.search, act: () => search.current?.focus() },
    ...(mayAdd ? [{ keys: "n", does: words.add, act: () => setAdding(true) }] : []),
  ]);
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {words.title}
        </Title>
        {mayAdd && !adding && (
          <Button size="compact-md" onClick={() => setAdding(true)}>
            {words.add}
          </Button>
        )}
      </Group>
      {adding && <HomeForm done={(made) => void navigate({ to: "/homes/$id", params: { id: made.id } })} cancel={() => setAdding(false)} />}
      <Filters wanted={wanted} search={search} />
      {list.isPending && <Text size="sm">{words.loading}</Text>}
      {list.items.length > 0 && <Found homes={list.items} />}
      <ListEnd list={list} empty={words.none} />
    </Stack>
  );
}

function Filters({ wanted, search }: { wanted: ReturnType<typeof useWanted>; search: RefObject<HTMLInputElement | null> }) {
  const organisations = useOrganisations();
  const { q, put } = wanted;
  const [typed, setTyped] = useState(q);
  // The words of the address, and those that we put there: others came by a link or by going back.
  const [known, setKnown] = useState({ address: q, ours: q });
  if (known.address !== q) {
    setKnown({ ...known, address: q });
    if (known.ours !== q) setTyped(q);
  }
  const ask = useDebouncedCallback((text: string) => {
    setKnown((old) => ({ ...old, ours: text }));
    put({ q: text });
  }, 250);
  const type = (text: string) => {
    setTyped(text);
    ask(text.trim());
  };
  return (
    <Group gap="sm" align="flex-end" role="search">
      <TextInput ref={search} type="search" label={words.search} description={words.searchHint} dir="auto" w={420} maw="100%" maxLength={200} value={typed} onChange={(event) => type(event.currentTarget.value)} />
      <NativeSelect
        label={words.filter.state}
        value={wanted.state}
        onChange={(event) => put({ state: event.currentTarget.value })}
        data={[
          { value: "", label: words.filter.all },
          { value: "installing", label: words.filter.installing },
          { value: "installed", label: words.filter.installed },
        ]}
      />
      {organisations.length > 1 && (
        <NativeSelect
          label={words.filter.organisation}
          maw={260}
          value={wanted.organisation}
          onChange={(event) => put({ organisation: event.currentTarget.value })}
          data={[{ value: "", label: words.filter.everywhere }, ...organisations.map(({ id, name }) => ({ value: id, label: name }))]}
        />
      )}
      <Checkbox pb={8} label={words.filter.archived} checked={wanted.archived === "1"} onChange={(event) => put({ archived: event.currentTarget.checked ? "1" : "" })} />
    </Group>
  );
}

function Found({ homes }: { homes: readonly Schemas["HomeSummary"][] }) {
  const organisations = useOrganisations();
  const several = organisations.length > 1;
  return (
    <Table className={classes.table} verticalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th className={classes.name}>{words.columns.name}</Table.Th>
          <Table.Th>{words.columns.residents}</Table.Th>
          <Table.Th visibleFrom="md">{words.columns.address}</Table.Th>
          <Table.Th visibleFrom="md">{words.columns.telephone}</Table.Th>
          {several && <Table.Th visibleFrom="lg">{words.columns.organisation}</Table.Th>}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {homes.map((home) => (
          <Table.Tr key={home.id} data-archived={home.archived_at == null ? undefined : true}>
            <Table.Td>
              <Link to="/homes/$id" params={{ id: home.id }} className={classes.link} dir="auto">
                {home.name}
              </Link>{" "}
              {home.archived_at != null && <Badge color="gray" variant="filled">{words.archived}</Badge>}
              {home.installing && <NotReady />}
            </Table.Td>
            <Table.Td dir="auto">{home.residents.join(", ")}</Table.Td>
            <Table.Td visibleFrom="md" dir="auto">
              {[home.address, home.locality].filter((part) => part !== "").join(", ")}
            </Table.Td>
            <Table.Td visibleFrom="md" className={classes.when}>
              {telephoneOf(home.call_back)}
            </Table.Td>
            {several && (
              <Table.Td visibleFrom="lg" dir="auto">
                {organisations.find((each) => each.id === home.organisation)?.name ?? home.organisation}
              </Table.Td>
            )}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
