// The home as it stands: who is where, what is open, what was heard from when, what each rule waits for, and the record.

import { Badge, Stack, Table, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { homesWords as words } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { date, dayTime, span } from "../../time/format.ts";
import { type Home, type State, useResidentNames } from "./data.ts";
import { Heard } from "./Heard.tsx";
import classes from "./homes.module.css";
import { deviceName, plain, subjectName } from "./names.ts";
import { telephoneOf } from "./record.ts";

export function HomeNow({ home, state }: { home: Home; state: State | undefined }) {
  return (
    <div className={classes.columns}>
      <Stack gap="sm">
        {state !== undefined && (
          <>
            <Occupancy state={state} zone={home.zone} />
            <Open state={state} zone={home.zone} />
          </>
        )}
        <Record home={home} />
      </Stack>
      {state !== undefined && (
        <Stack gap="sm">
          <EquipmentNow state={state} />
          <Waiting home={home} state={state} />
        </Stack>
      )}
    </div>
  );
}

export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Title order={2} size="h5" mb={4}>
        {title}
      </Title>
      {children}
    </section>
  );
}

function Occupancy({ state, zone }: { state: State; zone: string }) {
  const now = useNow();
  const { last_sign: last, entered } = state.occupancy;
  const where = (sign: { room: string; device?: string | null }) => (sign.room === "" ? (sign.device ?? "") : sign.room);
  return (
    <Part title={words.now.occupancy}>
      <ul className={classes.plain}>
        {entered.map((sign) => (
          <li key={`${sign.gateway} ${sign.device ?? ""} ${sign.kind}`} dir="auto">
            <b>{words.now.since(words.now.entered[sign.kind] ?? plain(sign.kind), where(sign), dayTime(sign.at, zone))}</b>
          </li>
        ))}
        <li dir="auto">{last == null ? words.now.noSign : words.now.lastSign(plain(last.kind), where(last), span(now - Date.parse(last.at)))}</li>
      </ul>
    </Part>
  );
}

function Open({ state, zone }: { state: State; zone: string }) {
  return (
    <>
      <Part title={words.now.alerts}>
        {state.open_alerts.length === 0 && <Text size="sm">{words.now.noAlerts}</Text>}
        <ul className={classes.plain}>
          {state.open_alerts.map((alert) => (
            <li key={alert.id}>
              <Link to="/cases/$id" params={{ id: alert.id }} className={classes.link}>
                {alert.priority} · {alert.rule.title}
              </Link>{" "}
              <span>{dayTime(alert.raised_at, zone)}</span>
            </li>
          ))}
        </ul>
      </Part>
      {state.faults.length > 0 && (
        <Part title={words.now.faults}>
          <ul className={classes.plain}>
            {state.faults.map((fault) => (
              <li key={fault.alert} dir="auto">
                <Link to="/cases/$id" params={{ id: fault.alert }} className={classes.link}>
                  {words.now.fault(fault.title, fault.owner, dayTime(fault.due_at, zone))}
                </Link>{" "}
                {fault.overdue && <Badge color="red" variant="filled">{words.now.overdue}</Badge>}
              </li>
            ))}
          </ul>
        </Part>
      )}
    </>
  );
}

function EquipmentNow({ state }: { state: State }) {
  const { unheard_gateways, unheard_devices } = state.installation;
  return (
    <Part title={words.now.equipment}>
      {state.gateways.length + state.devices.length === 0 && <Text size="sm">{words.now.noEquipment}</Text>}
      {state.gateways.length + state.devices.length > 0 && (
        <Table className={classes.table} verticalSpacing={3}>
          <Table.Tbody>
            {state.gateways.map((gateway) => (
              <Table.Tr key={gateway.id}>
                <Table.Td>
                  <b>{gateway.id}</b>
                </Table.Td>
                <Table.Td className={classes.when}>
                  <Heard at={gateway.last_heard_at} missing={unheard_gateways.includes(gateway.id)} />
                </Table.Td>
                <Table.Td>{gateway.status === "online" ? words.heard.online : gateway.status === "offline" ? words.heard.offline : ""}</Table.Td>
              </Table.Tr>
            ))}
            {state.devices.map((device) => (
              <Table.Tr key={device.id}>
                <Table.Td dir="auto">{deviceName(device)}</Table.Td>
                <Table.Td className={classes.when}>
                  <Heard at={device.last_heard_at} missing={unheard_devices.includes(device.id)} />
                </Table.Td>
                <Table.Td className={classes.when}>
                  <Battery battery={device.battery} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Part>
  );
}

export function Battery({ battery }: { battery: string | null | undefined }) {
  if (battery == null) return null;
  return (
    <Text size="sm" span className={battery === "low" ? classes.never : undefined}>
      {words.heard.battery[battery] ?? battery}
    </Text>
  );
}

function Waiting({ home, state }: { home: Home; state: State }) {
  const residents = useResidentNames(home.id).data?.items ?? [];
  const running = state.waiting.filter((each) => each.would_fire_at != null).sort((a, b) => Date.parse(a.would_fire_at ?? "") - Date.parse(b.would_fire_at ?? ""));
  const quiet = state.waiting.length - running.length;
  return (
    <Part title={words.now.waiting}>
      {running.length === 0 && <Text size="sm">{words.now.noWaiting}</Text>}
      {running.length > 0 && (
        <Table className={classes.table} verticalSpacing={3}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.now.rule}</Table.Th>
              <Table.Th>{words.now.about}</Table.Th>
              <Table.Th>{words.now.wouldRaise}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {running.map((each) => (
              <Table.Tr key={`${each.rule} ${each.subject}`}>
                <Table.Td>
                  <Link to="/rules/$id" params={{ id: each.rule }} className={classes.link}>
                    {each.title}
                  </Link>
                </Table.Td>
                <Table.Td dir="auto">{subjectName(each.subject, state.devices, residents, words.now.theHome)}</Table.Td>
                <Table.Td className={classes.when}>{dayTime(each.would_fire_at ?? "", home.zone)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {quiet > 0 && (
        <Text size="xs" c="dimmed">
          {words.now.memory(quiet)}
        </Text>
      )}
    </Part>
  );
}

function Record({ home }: { home: Home }) {
  const facts = [
    [words.record.address, home.address],
    [words.record.locality, home.locality],
    [words.record.telephone, telephoneOf(home.call_back)],
    [words.record.access, home.access_notes],
    [words.record.keySafe, home.has_key_safe ? words.record.hasKeySafe : words.record.noKeySafe],
  ] as const;
  return (
    <Part title={words.record.title}>
      <dl className={classes.facts}>
        {facts.map(([label, text]) => (
          <Fact key={label} label={label} text={text} />
        ))}
      </dl>
      <Text size="xs" c="dimmed" mt={4}>
        {words.record.entered(date(home.created_at, home.zone))}
      </Text>
    </Part>
  );
}

export function Fact({ label, text }: { label: string; text: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd dir="auto">{text === "" ? words.record.unknown : text}</dd>
    </>
  );
}
