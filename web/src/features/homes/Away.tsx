// Who is away, who works on the equipment, what is tested: each with its end. Set, shown, ended, and what was before.

import { Badge, Button, Group, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";

import type { Schemas } from "../../api/client.ts";
import { ListEnd } from "../../lists/pages.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { homesWords as words, planWords } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { dayTime } from "../../time/format.ts";
import { AwayForm } from "./AwayForm.tsx";
import { type Home, send, useExcuses, useHomeChange, useHomeState } from "./data.ts";
import { Part } from "./HomeNow.tsx";
import classes from "./homes.module.css";
import { deviceName } from "./names.ts";

type Excuse = Schemas["Excuse"];
export type What = Schemas["ExcuseWhat"];
type Device = Schemas["Device"];

const A = words.away;
const KINDS: readonly What[] = ["away", "hospital", "carer_present", "maintenance", "test_mode"];

export function told(excuse: Excuse, devices: readonly Device[]): string {
  const device = excuse.device == null ? undefined : devices.find((each) => each.id === excuse.device);
  const only = [excuse.device == null ? "" : device === undefined ? excuse.device : deviceName(device), (excuse.kinds ?? []).join(", ")].filter((part) => part !== "");
  return [A.kinds[excuse.kind], ...only.map((part) => A.only(part))].join(", ");
}

export function Away({ home, devices, maySet }: { home: Home; devices: readonly Device[]; maySet: boolean }) {
  const state = useHomeState(home.id);
  const [setting, setSetting] = useState<What | null>(null);
  const running = state.data?.excuses ?? [];
  const done = () => setSetting(null);
  return (
    <Stack gap="sm">
      <Part title={A.running}>
        <Text size="sm" mb={4}>
          {A.promise}
        </Text>
        {state.data !== undefined && running.length === 0 && <Text size="sm">{A.none}</Text>}
        <ul className={classes.plain}>
          {running.map((excuse) => (
            <Running key={excuse.id ?? excuse.from} excuse={excuse} devices={devices} home={home} mayEnd={maySet} />
          ))}
        </ul>
      </Part>
      {maySet && setting === null && (
        <Group gap="xs">
          {KINDS.map((kind) => (
            <Button key={kind} size="compact-md" variant="default" onClick={() => setSetting(kind)}>
              {A.set}: {A.kinds[kind]}
            </Button>
          ))}
        </Group>
      )}
      {setting !== null && <AwayForm key={setting} what={setting} home={home} devices={devices} done={done} cancel={done} />}
      <Earlier home={home} devices={devices} />
    </Stack>
  );
}

function end(excuse: Excuse): () => Promise<unknown> {
  const { home, kind } = excuse;
  if (kind === "maintenance") return () => send.endMaintenance(home, excuse.device ?? null);
  return kind === "test_mode" ? () => send.endTestMode(home) : () => send.endAway(home, kind);
}

function Running({ excuse, devices, home, mayEnd }: { excuse: Excuse; devices: readonly Device[]; home: Home; mayEnd: boolean }) {
  const ending = useHomeChange(end(excuse));
  const what = told(excuse, devices);
  return (
    <li>
      <Group gap="xs">
        <Badge color="grape" variant="filled" tt="none" size="lg" h="auto" className={classes.plainBadge} dir="auto">
          {what}
        </Badge>
        <Text size="sm" dir="auto">
          {A.from(dayTime(excuse.from, home.zone))}, <b>{planWords.ends(dayTime(excuse.until, home.zone))}</b>
          {excuse.author_name != null && `, ${A.by(excuse.author_name)}`}
          {excuse.id == null ? ` · ${A.itself}` : excuse.reason != null && ` · ${excuse.reason}`}
        </Text>
        {mayEnd && excuse.id != null && (
          <Button size="compact-sm" variant="default" aria-label={A.endOne(what)} loading={ending.isPending} onClick={() => ending.mutate(undefined)}>
            {A.end}
          </Button>
        )}
      </Group>
      {ending.error !== null && <Refused error={ending.error} />}
    </li>
  );
}

/** What was set and is over. */
export function Earlier({ home, devices }: { home: Home; devices: readonly Device[] }) {
  const now = useNow();
  const list = useExcuses(home.id);
  const over = list.items.filter((each) => Date.parse(each.until) <= now);
  return (
    <Part title={A.ended}>
      {over.length > 0 && (
        <Table className={classes.table} verticalSpacing={3}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{A.columns.what}</Table.Th>
              <Table.Th>{A.columns.from}</Table.Th>
              <Table.Th>{A.columns.until}</Table.Th>
              <Table.Th visibleFrom="md">{A.columns.why}</Table.Th>
              <Table.Th visibleFrom="md">{A.columns.who}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {over.map((excuse) => (
              <Table.Tr key={excuse.id ?? excuse.from}>
                <Table.Td dir="auto">{told(excuse, devices)}</Table.Td>
                <Table.Td>{dayTime(excuse.from, home.zone)}</Table.Td>
                <Table.Td>
                  {dayTime(excuse.until, home.zone)}
                  {excuse.ended_by != null && <Text size="xs">{A.endedEarly}</Text>}
                </Table.Td>
                <Table.Td visibleFrom="md" dir="auto">
                  {excuse.reason}
                </Table.Td>
                <Table.Td visibleFrom="md" dir="auto">
                  {excuse.author_name}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {list.isSuccess && over.length === 0 && !list.hasNextPage && list.items.length > 0 && <Text size="sm">{A.noneEnded}</Text>}
      <ListEnd list={list} empty={A.noneEnded} />
    </Part>
  );
}
