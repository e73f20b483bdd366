// The hours of the week at which a layer has anybody on call.

import { ActionIcon, Button, Checkbox, Group, Stack, Text, TextInput } from "@mantine/core";

import { rotasWords as words } from "../../text/en.ts";
import { DAYS, type LayerDraft } from "./layers.ts";

type Windows = LayerDraft["windows"];

export function WindowFields({ windows, set }: { windows: Windows; set: (windows: Windows) => void }) {
  const put = (n: number, change: Partial<Windows[number]>) => set(windows.map((each, at) => (at === n ? { ...each, ...change } : each)));
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Text size="sm" fw={500}>
          {words.form.windows}
        </Text>
        {windows.length === 0 && <Text size="sm">{words.form.windowsHint}</Text>}
        <Button size="compact-xs" variant="default" onClick={() => set([...windows, { days: [], from: "18:00", to: "08:00" }])}>
          {words.form.addWindow}
        </Button>
      </Group>
      {windows.map((window, n) => (
        // They have no name of their own; their order does not change.
        <Group key={`${n} of ${windows.length}`} gap="xs">
          {DAYS.map((day) => (
            <Checkbox key={day} size="xs" label={words.days[day]} checked={window.days.includes(day)} onChange={(event) => put(n, { days: event.currentTarget.checked ? [...window.days, day] : window.days.filter((each) => each !== day) })} />
          ))}
          <TextInput type="time" size="xs" aria-label={words.form.windowFrom} required value={window.from} onChange={(event) => put(n, { from: event.currentTarget.value })} />
          <TextInput type="time" size="xs" aria-label={words.form.windowTo} required value={window.to} onChange={(event) => put(n, { to: event.currentTarget.value })} />
          <ActionIcon variant="default" size="sm" aria-label={words.form.removeWindow} onClick={() => set(windows.filter((_, at) => at !== n))}>
            ×
          </ActionIcon>
        </Group>
      ))}
    </Stack>
  );
}
