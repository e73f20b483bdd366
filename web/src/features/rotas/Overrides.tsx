// The overrides that run or lie ahead, each of which can be withdrawn.

import { Button, Table, Text, Title } from "@mantine/core";

import type { Schemas } from "../../api/client.ts";
import { Around } from "../../shell/Around.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { rotasWords as words } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { dayTime } from "../../time/format.ts";
import { type Rota, send, useRotaChange } from "./data.ts";
import classes from "./rotas.module.css";

type Override = Schemas["Override"];

function Told({ each, name }: { each: Override; name: (id: string) => string }) {
  const person = each.person == null ? words.override.nobody : name(each.person);
  if (each.beside) return <Around says={words.override.besides} names={[person]} />;
  return each.instead_of == null ? <Around says={words.override.all} names={[person]} /> : <Around says={words.override.instead} names={[person, name(each.instead_of)]} />;
}

export function Overrides({ rota, name, mayChange }: { rota: Rota; name: (id: string) => string; mayChange: boolean }) {
  const now = useNow();
  const withdraw = useRotaChange((n: number) => send.withdraw(rota.id, n));
  const ahead = rota.overrides.filter((each) => Date.parse(each.until) > now).sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
  return (
    <section aria-label={words.override.title}>
      <Title order={2} size="h5">
        {words.override.title}
      </Title>
      {withdraw.error !== null && <Refused error={withdraw.error} />}
      {ahead.length === 0 && <Text size="sm">{words.override.none}</Text>}
      {ahead.length > 0 && (
        <Table className={classes.table} verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.override.columns.when}</Table.Th>
              <Table.Th>{words.override.columns.what}</Table.Th>
              <Table.Th>{words.override.columns.why}</Table.Th>
              {mayChange && <Table.Th>{words.override.columns.act}</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {ahead.map((each) => (
              <Table.Tr key={each.n}>
                <Table.Td>
                  {dayTime(each.from, rota.zone, rota.zone)} – {dayTime(each.until, rota.zone, rota.zone)}
                </Table.Td>
                <Table.Td>
                  <Told each={each} name={name} />
                </Table.Td>
                <Table.Td dir="auto">{each.reason}</Table.Td>
                {mayChange && (
                  <Table.Td>
                    <Button size="compact-sm" variant="default" aria-label={words.override.withdrawOne(each.n)} disabled={withdraw.isPending} onClick={() => withdraw.mutate(each.n)}>
                      {words.override.withdraw}
                    </Button>
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}
