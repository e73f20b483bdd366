// The rotas: who is on call by each now, who comes next, and whether the days ahead have gaps.

import { Button, Checkbox, Group, Stack, Table, Text, Title } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { ListEnd } from "../../lists/pages.tsx";
import { useOrganisations } from "../../places/organisations.ts";
import { manages, useSignedIn } from "../../session/session.ts";
import { Around } from "../../shell/Around.tsx";
import { Only } from "../../shell/Frame.tsx";
import { rotasWords as words } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { dayTime, span } from "../../time/format.ts";
import { uncovered } from "./calendar.ts";
import { type Rota, useComing, useOnCallNow, useRotaList } from "./data.ts";
import { RotaForm } from "./RotaForm.tsx";
import classes from "./rotas.module.css";

export function RotasPage() {
  return (
    <Only page="rotas">
      <Rotas />
    </Only>
  );
}

function Rotas() {
  const mayChange = manages(useSignedIn());
  const navigate = useNavigate();
  const [archived, setArchived] = useState(false);
  const [adding, setAdding] = useState(false);
  const list = useRotaList(archived);
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {words.title}
        </Title>
        <Group gap="sm">
          <Checkbox label={words.archived} checked={archived} onChange={(event) => setArchived(event.currentTarget.checked)} />
          {mayChange && !adding && <Button size="compact-md" onClick={() => setAdding(true)}>{words.add}</Button>}
        </Group>
      </Group>
      {adding && <RotaForm done={(made) => void navigate({ to: "/rotas/$id", params: { id: made.id } })} cancel={() => setAdding(false)} />}
      {list.isPending && <Text size="sm">{words.loading}</Text>}
      {list.items.length > 0 && (
        <Table className={classes.table} verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              {Object.entries(words.columns).map(([name, label]) => (
                <Table.Th key={name} {...(name === "organisation" || name === "next" ? { visibleFrom: "md" } : {})}>
                  {label}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.items.map((rota) => (
              <Row key={rota.id} rota={rota} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      <ListEnd list={list} empty={words.none} />
    </Stack>
  );
}

function Row({ rota }: { rota: Rota }) {
  const now = useNow();
  const organisation = useOrganisations().find((each) => each.id === rota.organisation);
  const onCall = useOnCallNow(rota.id).data;
  const coming = useComing(rota.id, 14).data;
  const open = coming === undefined ? null : uncovered(coming.gaps, now);
  return (
    <Table.Tr>
      <Table.Td>
        <Link to="/rotas/$id" params={{ id: rota.id }} className={classes.link} dir="auto">
          {rota.name}
        </Link>
        {rota.archived_at != null && <Text size="xs">{words.isArchived}</Text>}
      </Table.Td>
      <Table.Td visibleFrom="md" dir="auto">
        {organisation?.name ?? rota.organisation}
      </Table.Td>
      <Table.Td>
        {onCall?.on_call.map((shift) => (
          <div key={`${shift.person} ${shift.from}`}>
            <Around says={(name) => words.until(name, dayTime(shift.until, rota.zone))} names={[shift.name]} />
          </div>
        ))}
        {onCall?.on_call.length === 0 && rota.archived_at == null && <Text className={classes.gap} size="sm" px={6} w="fit-content">{words.nobody}</Text>}
      </Table.Td>
      <Table.Td visibleFrom="md">
        {onCall?.next.map((shift) => (
          <div key={`${shift.person} ${shift.from}`}>
            <Around says={(name) => words.from(name, dayTime(shift.from, rota.zone))} names={[shift.name]} />
          </div>
        ))}
      </Table.Td>
      <Table.Td>{rota.archived_at != null || open === null ? "" : open === 0 ? words.covered : <Text className={classes.gap} size="sm" px={6} w="fit-content">{span(open)}</Text>}</Table.Td>
    </Table.Tr>
  );
}
