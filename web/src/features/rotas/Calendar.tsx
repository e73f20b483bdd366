// A rota as a calendar of its zone: a week hour by hour, or a month day by day. Gaps stand out; a shift or a gap opens the form for an override.

import { Alert, Button, Group, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";

import { Refused } from "../../shell/Refused.tsx";
import { useShortcuts } from "../../shell/shortcuts.ts";
import { rotasWords as words } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { date, span } from "../../time/format.ts";
import { dayOf } from "../../time/zone.ts";
import { type CalendarDay, daysOf, type Piece, piecesOf, turned, uncovered, type View } from "./calendar.ts";
import { type Rota, useShifts } from "./data.ts";
import { Month } from "./Month.tsx";
import { Week } from "./Week.tsx";

export interface CalendarProps {
  days: CalendarDay[];
  zone: string;
  pieces: (day: CalendarDay) => Piece[];
  people: readonly string[];
  now: number;
  /** What pressing a piece does; absent for those who may only read. */
  press?: ((piece: Piece) => void) | undefined;
}

interface Props {
  rota: Rota;
  press?: ((piece: Piece) => void) | undefined;
}

/** Asked for on both sides of what is shown: the server cuts shifts off at the ends, and one that goes on shall say so. */
const AROUND_MS = 31 * 86_400_000;

export function Calendar({ rota, press }: Props) {
  const now = useNow();
  const { zone } = rota;
  const [view, setView] = useState<View>("week");
  const [day, setDay] = useState(() => dayOf(now, zone));
  const days = daysOf(view, day, zone);
  const [from, to] = [days[0]?.start ?? now, days.at(-1)?.end ?? now];
  const asked = useShifts(rota.id, from - AROUND_MS, to + AROUND_MS);
  const turn = (by: -1 | 1) => setDay(turned(view, day, by));
  useShortcuts([
    { keys: "ArrowLeft", does: words.calendar.before, act: () => turn(-1) },
    { keys: "ArrowRight", does: words.calendar.after, act: () => turn(1) },
    { keys: "t", does: words.calendar.today, act: () => setDay(dayOf(now, zone)) },
  ]);
  const people = [...new Set([...rota.layers.flatMap((layer) => layer.persons), ...rota.overrides.flatMap((each) => each.person ?? [])])];
  // Shifts stand by their instants: those of the view before are right where they still show.
  const { shifts = [], gaps = [] } = asked.data ?? {};
  const open = uncovered(gaps, Math.max(now, from), to);
  const props = { days, zone, people, now, press, pieces: (each: CalendarDay) => piecesOf(each, { shifts, gaps }) };
  return (
    <section aria-label={words.calendar.title}>
      <Stack gap="xs">
        <Group gap="xs">
          <Title order={2} size="h4" miw={220}>
            {view === "week" ? words.calendar.weekOf(date(from, zone), date(to - 1, zone)) : monthOf(day)}
          </Title>
          <Button size="compact-sm" variant="default" onClick={() => turn(-1)}>
            ← {words.calendar.before}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setDay(dayOf(now, zone))}>
            {words.calendar.today} (T)
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => turn(1)}>
            {words.calendar.after} →
          </Button>
          <SegmentedControl
            size="xs"
            aria-label={words.calendar.view}
            value={view}
            onChange={(next) => setView(next === "month" ? "month" : "week")}
            data={[
              { value: "week", label: words.calendar.week },
              { value: "month", label: words.calendar.month },
            ]}
          />
          {press !== undefined && <Text size="xs" c="dimmed">{words.calendar.hint}</Text>}
        </Group>
        {asked.error !== null && <Refused error={asked.error} retry={() => void asked.refetch()} />}
        {open > 0 && (
          <Alert color="red" py={6} role="status">
            {words.calendar.gaps(span(open))}
          </Alert>
        )}
        {view === "week" ? <Week {...props} /> : <Month {...props} month={day.slice(0, 7)} />}
      </Stack>
    </section>
  );
}

const monthName = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

function monthOf(day: string): string {
  return monthName.format(new Date(`${day}T00:00Z`));
}
