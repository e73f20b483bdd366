// The sensors and buttons behind the home's gateways.

import { Badge, Button, Group, Stack, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import type { Schemas } from "../../api/client.ts";
import { Refused } from "../../shell/Refused.tsx";
import { homesWords as words } from "../../text/en.ts";
import { type Home, send, useDevices, useGateways, useHomeChange, useResidentNames } from "./data.ts";
import { DeviceForm } from "./DeviceForm.tsx";
import { Heard } from "./Heard.tsx";
import { Battery, Part } from "./HomeNow.tsx";
import classes from "./homes.module.css";
import { deviceName } from "./names.ts";

type Device = Schemas["Device"];
const D = words.devices;

interface Props {
  home: Home;
  archived: boolean;
  mayChange: boolean;
  unheard: readonly string[];
}

export function Devices({ home, archived, mayChange, unheard }: Props) {
  const listed = useDevices(home.id, archived);
  const gateways = useGateways(home.id, false).data?.items ?? [];
  const residents = useResidentNames(home.id).data?.items ?? [];
  const [doing, setDoing] = useState<"add" | Device | null>(null);
  const done = () => setDoing(null);
  const devices = listed.data?.items ?? [];
  const wearer = (device: Device) => residents.find((each) => each.id === device.resident)?.name ?? "";
  return (
    <Part title={D.title}>
      <Stack gap="xs">
        {listed.error !== null && <Refused error={listed.error} retry={() => void listed.refetch()} />}
        {listed.data !== undefined && devices.length === 0 && <Text size="sm">{D.none}</Text>}
        {devices.length > 0 && (
          <Table className={classes.table} verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{D.columns.name}</Table.Th>
                <Table.Th>{D.columns.heard}</Table.Th>
                <Table.Th visibleFrom="md">{D.columns.battery}</Table.Th>
                <Table.Th visibleFrom="md">{D.columns.who}</Table.Th>
                <Table.Th visibleFrom="md">{D.columns.behind}</Table.Th>
                <Table.Th>{D.columns.act}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {devices.map((device) => (
                <Row key={device.id} device={device} home={home.id} wearer={wearer(device)} missing={unheard.includes(device.id)} mayChange={mayChange} edit={() => setDoing(device)} />
              ))}
            </Table.Tbody>
          </Table>
        )}
        {doing !== null && <DeviceForm key={doing === "add" ? "" : doing.id} device={doing === "add" ? null : doing} gateways={gateways} residents={residents} done={done} cancel={done} />}
        {mayChange && doing === null && gateways.length > 0 && (
          <Group>
            <Button size="compact-md" variant="default" onClick={() => setDoing("add")}>
              {D.add}
            </Button>
          </Group>
        )}
        {mayChange && gateways.length === 0 && <Text size="sm">{D.noGateway}</Text>}
      </Stack>
    </Part>
  );
}

interface RowProps {
  device: Device;
  home: string;
  wearer: string;
  missing: boolean;
  mayChange: boolean;
  edit: () => void;
}

function Row({ device, home, wearer, missing, mayChange, edit }: RowProps) {
  const name = deviceName(device);
  const change = useHomeChange((patch: Schemas["DevicePatch"]) => send.changeDevice(device.id, patch));
  const gone = device.archived_at != null;
  return (
    <Table.Tr data-archived={gone || undefined}>
      <Table.Td dir="auto">
        <b>{name}</b> {gone && <Badge color="gray" variant="filled">{words.archived}</Badge>}
        {!device.confirmed && <Text size="sm">{D.unconfirmed}</Text>}
        {change.error !== null && <Refused error={change.error} />}
      </Table.Td>
      <Table.Td>
        <Heard at={device.last_heard_at} missing={missing} />
      </Table.Td>
      <Table.Td visibleFrom="md">
        <Battery battery={device.battery} />
      </Table.Td>
      <Table.Td visibleFrom="md" dir="auto">
        {wearer}
      </Table.Td>
      <Table.Td visibleFrom="md">
        {device.gateway} / {device.address}
      </Table.Td>
      <Table.Td>
        <Group gap={4}>
          {mayChange && !gone && !device.confirmed && (
            <Button size="compact-sm" aria-label={D.confirmOne(name)} loading={change.isPending} onClick={() => change.mutate({ confirmed: true })}>
              {D.confirm}
            </Button>
          )}
          {mayChange && !gone && (
            <Button size="compact-sm" variant="default" aria-label={D.editTitle(name)} onClick={edit}>
              {words.people.edit}
            </Button>
          )}
          {mayChange && (
            <Button size="compact-sm" variant="default" loading={change.isPending} aria-label={gone ? words.people.restore(name) : words.people.archive(name)} onClick={() => change.mutate({ archived: !gone, confirmed: device.confirmed })}>
              {gone ? words.people.restoreShort : words.people.archiveShort}
            </Button>
          )}
          {!gone && (
            <Link to="/homes/$id" params={{ id: home }} search={{ part: "plan", device: device.id }} className={classes.link}>
              {words.people.plan}
            </Link>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
