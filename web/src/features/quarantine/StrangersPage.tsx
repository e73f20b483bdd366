// Who spoke as a gateway that is not registered: heard through the broker, or refused at the listener. One who is known is registered here.

import { Button, Paper, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";

import { body, client, type Schemas } from "../../api/client.ts";
import { faultAt, faultElsewhere } from "../../form/fault.ts";
import { ShownOnce } from "../../form/ShownOnce.tsx";
import { ListEnd, usePages } from "../../lists/pages.tsx";
import { HomeChoice } from "../../places/HomeChoice.tsx";
import { manages, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { forms, quarantineWords } from "../../text/en.ts";
import { dayTime } from "../../time/format.ts";
import classes from "./quarantine.module.css";

const words = quarantineWords.strangers;
const AGAIN_MS = 30_000;

export function StrangersPage() {
  return (
    <Only page="strangers">
      <Strangers />
    </Only>
  );
}

function Strangers() {
  const mayRegister = manages(useSignedIn());
  const [registering, setRegistering] = useState<string | null>(null);
  const [made, setMade] = useState<Schemas["GatewayWithSecret"] | null>(null);
  const heard = usePages(["strangers", "heard"], (cursor) => body(client.GET("/api/v1/gateways", { params: { query: { organisation: "unclaimed", limit: 100, ...cursor } } })), AGAIN_MS);
  const refused = usePages(["strangers", "refused"], (cursor) => body(client.GET("/api/v1/strangers", { params: { query: { limit: 50, ...cursor } } })), AGAIN_MS);
  const register = mayRegister ? setRegistering : null;
  return (
    <Stack gap="sm">
      <Title order={1} size="h3">
        {words.title}
      </Title>
      <Text size="sm">{words.explained}</Text>
      {made !== null && <ShownOnce label={words.form.secret} hint={words.form.secretHint(made.id)} secret={made.secret} done={() => setMade(null)} />}
      {registering !== null && <Register key={registering} gateway={registering} done={setMade} close={() => setRegistering(null)} />}
      <section aria-label={words.heard}>
        <Title order={2} size="h5">
          {words.heard}
        </Title>
        {heard.items.length > 0 && (
          <Table verticalSpacing={4} className={classes.list}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.columns.gateway}</Table.Th>
                <Table.Th>{words.columns.last}</Table.Th>
                <Table.Th visibleFrom="sm">{words.columns.first}</Table.Th>
                <Table.Th visibleFrom="sm">{words.columns.status}</Table.Th>
                {mayRegister && <Table.Th>{words.columns.act}</Table.Th>}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {heard.items.map((each) => (
                <Table.Tr key={each.id}>
                  <Table.Td className={classes.code}>{each.id}</Table.Td>
                  <Table.Td>{each.last_heard_at != null && dayTime(each.last_heard_at)}</Table.Td>
                  <Table.Td visibleFrom="sm">{each.first_heard_at != null && dayTime(each.first_heard_at)}</Table.Td>
                  <Table.Td visibleFrom="sm">{each.status}</Table.Td>
                  {register !== null && <RegisterCell gateway={each.id} register={register} />}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        <ListEnd list={heard} empty={words.noneHeard} />
      </section>
      <section aria-label={words.refused}>
        <Title order={2} size="h5">
          {words.refused}
        </Title>
        <Text size="sm">{words.refusedHint}</Text>
        {refused.items.length > 0 && (
          <Table verticalSpacing={4} className={classes.list}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.columns.gateway}</Table.Th>
                <Table.Th>{words.columns.reason}</Table.Th>
                <Table.Th>{words.columns.last}</Table.Th>
                <Table.Th visibleFrom="sm">{words.columns.first}</Table.Th>
                <Table.Th visibleFrom="sm">{words.columns.times}</Table.Th>
                <Table.Th visibleFrom="sm">{words.columns.peer}</Table.Th>
                {mayRegister && <Table.Th>{words.columns.act}</Table.Th>}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {refused.items.map((each) => (
                <Table.Tr key={each.gateway}>
                  <Table.Td className={classes.code}>{each.gateway}</Table.Td>
                  <Table.Td>{reason(each.reason)}</Table.Td>
                  <Table.Td>{dayTime(each.last_at)}</Table.Td>
                  <Table.Td visibleFrom="sm">{dayTime(each.first_at)}</Table.Td>
                  <Table.Td visibleFrom="sm">{each.refusals}</Table.Td>
                  <Table.Td visibleFrom="sm" className={classes.code}>
                    {each.peer}
                  </Table.Td>
                  {register !== null && <RegisterCell gateway={each.gateway} register={register} />}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        <ListEnd list={refused} empty={words.noneRefused} />
      </section>
    </Stack>
  );
}

function reason(label: string): string {
  return label in words.reasons ? words.reasons[label as keyof typeof words.reasons] : label;
}

function RegisterCell({ gateway, register }: { gateway: string; register: (gateway: string) => void }) {
  return (
    <Table.Td>
      <Button size="compact-sm" variant="default" aria-label={words.registerOne(gateway)} onClick={() => register(gateway)}>
        {words.register}
      </Button>
    </Table.Td>
  );
}

function Register({ gateway, done, close }: { gateway: string; done: (made: Schemas["GatewayWithSecret"]) => void; close: () => void }) {
  const queries = useQueryClient();
  const [home, setHome] = useState<Schemas["HomeSummary"] | null>(null);
  const [model, setModel] = useState("");
  const [network, setNetwork] = useState("");
  const saving = useMutation({
    mutationFn: (made: Schemas["NewGateway"]) => body(client.POST("/api/v1/gateways", { body: made })),
    onSuccess: (answer) => {
      void queries.invalidateQueries({ queryKey: ["strangers"] });
      done(answer);
      close();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (home !== null) saving.mutate({ id: gateway, home: home.id, model, network });
  };
  return (
    <Paper withBorder p="sm" maw={560} component="form" aria-label={words.form.title(gateway)} onSubmit={submit}>
      <Stack gap="xs">
        <Title order={2} size="h5">
          {words.form.title(gateway)}
        </Title>
        <HomeChoice label={words.form.home} chosen={home} set={setHome} error={faultAt(saving.error, "home")} />
        <TextInput label={words.form.model} maxLength={100} value={model} error={faultAt(saving.error, "model")} onChange={(event) => setModel(event.currentTarget.value)} />
        <TextInput label={words.form.network} maxLength={100} value={network} error={faultAt(saving.error, "network")} onChange={(event) => setNetwork(event.currentTarget.value)} />
        {faultElsewhere(saving.error, ["home", "model", "network"]) && <Refused error={saving.error} />}
        {home === null && <Text size="sm">{words.form.noHome}</Text>}
        <Button.Group>
          <Button type="submit" disabled={home === null} loading={saving.isPending}>
            {words.form.send}
          </Button>
          <Button variant="default" onClick={close}>
            {forms.cancel}
          </Button>
        </Button.Group>
      </Stack>
    </Paper>
  );
}
