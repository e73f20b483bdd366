// The boxes that speak for the home. Registering one makes its secret, which is shown once.

import { Badge, Button, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";

import type { Schemas } from "../../api/client.ts";
import { ShownOnce } from "../../form/ShownOnce.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { homesWords as words } from "../../text/en.ts";
import { type Home, send, useGateways, useHomeChange } from "./data.ts";
import { GatewayForm } from "./GatewayForm.tsx";
import { Heard } from "./Heard.tsx";
import { Part } from "./HomeNow.tsx";
import classes from "./homes.module.css";
import { telephoneOf } from "./record.ts";

type Gateway = Schemas["Gateway"];
const G = words.gateways;

interface Props {
  home: Home;
  archived: boolean;
  mayChange: boolean;
  unheard: readonly string[];
}

export function Gateways({ home, archived, mayChange, unheard }: Props) {
  const listed = useGateways(home.id, archived);
  const [doing, setDoing] = useState<"add" | Gateway | null>(null);
  const [made, setMade] = useState<Schemas["GatewayWithSecret"] | null>(null);
  const gateways = listed.data?.items ?? [];
  const done = (answer?: Schemas["GatewayWithSecret"]) => {
    setDoing(null);
    if (answer !== undefined) setMade(answer);
  };
  return (
    <Part title={G.title}>
      <Stack gap="xs">
        {listed.error !== null && <Refused error={listed.error} retry={() => void listed.refetch()} />}
        {made !== null && <ShownOnce label={G.once.label} hint={G.once.explained(made.id)} secret={made.secret} done={() => setMade(null)} />}
        {listed.data !== undefined && gateways.length === 0 && <Text size="sm">{G.none}</Text>}
        {gateways.length > 0 && (
          <Table className={classes.table} verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{G.columns.id}</Table.Th>
                <Table.Th>{G.columns.heard}</Table.Th>
                <Table.Th visibleFrom="md">{G.columns.model}</Table.Th>
                <Table.Th visibleFrom="md">{G.columns.network}</Table.Th>
                {mayChange && <Table.Th>{G.columns.act}</Table.Th>}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {gateways.map((gateway) => (
                <Row key={gateway.id} gateway={gateway} missing={unheard.includes(gateway.id)} mayChange={mayChange} edit={() => setDoing(gateway)} renewed={setMade} />
              ))}
            </Table.Tbody>
          </Table>
        )}
        {doing !== null && <GatewayForm key={doing === "add" ? "" : doing.id} home={home.id} gateway={doing === "add" ? null : doing} done={done} cancel={() => setDoing(null)} />}
        {mayChange && doing === null && (
          <Group>
            <Button size="compact-md" variant="default" onClick={() => setDoing("add")}>
              {G.add}
            </Button>
          </Group>
        )}
      </Stack>
    </Part>
  );
}

interface RowProps {
  gateway: Gateway;
  missing: boolean;
  mayChange: boolean;
  edit: () => void;
  renewed: (made: Schemas["GatewayWithSecret"]) => void;
}

function Row({ gateway, missing, mayChange, edit, renewed }: RowProps) {
  const archive = useHomeChange((archived: boolean) => send.changeGateway(gateway.id, { archived }));
  const gone = gateway.archived_at != null;
  return (
    <Table.Tr data-archived={gone || undefined}>
      <Table.Td>
        <b>{gateway.id}</b> {gone && <Badge color="gray" variant="filled">{words.archived}</Badge>}
        {gateway.call_back != null && <Text size="sm">{telephoneOf(gateway.call_back)}</Text>}
        {archive.error !== null && <Refused error={archive.error} />}
      </Table.Td>
      <Table.Td>
        <Heard at={gateway.last_heard_at} missing={missing} />
        {gateway.status != null && <Text size="sm">{gateway.status === "online" ? words.heard.online : words.heard.offline}</Text>}
      </Table.Td>
      <Table.Td visibleFrom="md" dir="auto">
        {gateway.model}
      </Table.Td>
      <Table.Td visibleFrom="md" dir="auto">
        {gateway.network}
      </Table.Td>
      {mayChange && (
        <Table.Td>
          <Group gap={4}>
            {!gone && (
              <Button size="compact-sm" variant="default" aria-label={G.editTitle(gateway.id)} onClick={edit}>
                {words.people.edit}
              </Button>
            )}
            {!gone && <NewSecret id={gateway.id} renewed={renewed} />}
            <Button size="compact-sm" variant="default" loading={archive.isPending} aria-label={gone ? words.people.restore(gateway.id) : words.people.archive(gateway.id)} onClick={() => archive.mutate(!gone)}>
              {gone ? words.people.restoreShort : words.people.archiveShort}
            </Button>
          </Group>
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function NewSecret({ id, renewed }: { id: string; renewed: (made: Schemas["GatewayWithSecret"]) => void }) {
  const [asking, setAsking] = useState(false);
  const renew = useHomeChange(() => send.newSecret(id));
  const make = () =>
    renew.mutate(undefined, {
      onSuccess: (made) => {
        setAsking(false);
        renewed(made);
      },
    });
  return (
    <>
      <Button size="compact-sm" variant="default" aria-label={G.secretOf(id)} onClick={() => setAsking(true)}>
        {G.secret}
      </Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title={G.secretOf(id)} closeButtonProps={{ "aria-label": words.close }}>
        <Stack gap="xs">
          <Text size="sm">{G.secretAsk}</Text>
          {renew.error !== null && <Refused error={renew.error} />}
          <Button color="red" loading={renew.isPending} onClick={make}>
            {G.secretSure}
          </Button>
        </Stack>
      </Modal>
    </>
  );
}
