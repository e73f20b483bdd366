// The last day of the home as a chart: a line for each room, a stroke for each thing that happened, red for an alarm.

import { Text, Title } from "@mantine/core";
import { useMemo } from "react";

import type { Schemas } from "../../api/client.ts";
import { Refused } from "../../shell/Refused.tsx";
import { caseWords as words } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { clockTime } from "../../time/format.ts";
import { rows } from "./activity.ts";
import classes from "./case.module.css";
import { useDay } from "./data.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const [LEFT, WIDTH, LINE] = [92, 360, 20];

export function Activity({ home, devices, zone }: { home: string; devices: readonly Schemas["Device"][]; zone: string | undefined }) {
  const day = useDay(home);
  // The chart moves on once a minute.
  const to = Math.floor(useNow() / 60_000) * 60_000 + 60_000;
  const made = useMemo(() => rows(day.data?.events ?? [], devices, to - DAY_MS, to, words.activity.noRoom), [day.data, devices, to]);
  const hours = useMemo(() => [6, 12, 18].map((back) => to - back * HOUR_MS), [to]);
  const height = made.length * LINE + 18;
  return (
    <section aria-label={words.activity.title}>
      <Title order={2} size="h5">
        {words.activity.title}
      </Title>
      {day.error !== null && <Refused error={day.error} retry={() => void day.refetch()} />}
      {day.data !== undefined && made.length === 0 && <Text size="sm">{words.activity.nothing}</Text>}
      {made.length > 0 && (
        <svg
          className={classes.chart}
          viewBox={`0 0 ${LEFT + WIDTH} ${height}`}
          role="img"
          aria-label={made.map((row) => words.activity.said(row.room, row.at.length, clockTime(row.last, zone))).join("; ")}
        >
          {hours.map((hour) => {
            const x = LEFT + ((hour - to + DAY_MS) / DAY_MS) * WIDTH;
            return (
              <g key={hour}>
                <line className={classes.hour} x1={x} x2={x} y1={0} y2={height - 16} />
                <text className={classes.axis} x={x} y={height - 3} textAnchor="middle">
                  {clockTime(hour, zone, zone)}
                </text>
              </g>
            );
          })}
          {made.map((row, n) => (
            <g key={row.room}>
              <text className={classes.axis} x={LEFT - 6} y={n * LINE + 14} textAnchor="end">
                {row.room.length > 14 ? `${row.room.slice(0, 13)}…` : row.room}
              </text>
              {row.at.map((each, k) => (
                <rect key={k} className={each.alarm ? classes.alarm : classes.stroke} x={LEFT + each.part * WIDTH - 1} y={n * LINE + 3} width={each.alarm ? 3 : 1.5} height={LINE - 6}>
                  <title>{`${each.kind} ${clockTime(each.time, zone)}`}</title>
                </rect>
              ))}
            </g>
          ))}
        </svg>
      )}
      {day.data?.more === true && <Text size="xs">{words.activity.more}</Text>}
    </section>
  );
}
