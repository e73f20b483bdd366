// A week, a row for each day from midnight to midnight; the two days of the year that are longer or shorter say so.

import { Box, Text } from "@mantine/core";

import { rotasWords as words } from "../../text/en.ts";
import { clockTime } from "../../time/format.ts";
import type { CalendarProps } from "./Calendar.tsx";
import { type CalendarDay, type Piece, ticks } from "./calendar.ts";
import { PieceBox } from "./PieceBox.tsx";
import classes from "./rotas.module.css";

const LANE = 30;
const dayName = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const percent = (part: number) => `${part * 100}%`;

export function Week(props: CalendarProps) {
  return (
    <div>
      <Axis day={props.days[0]} zone={props.zone} />
      {props.days.map((day) => (
        <DayRow key={day.day} day={day} {...props} />
      ))}
    </div>
  );
}

/** The hours above the first day; days with a change have lines of their own. */
function Axis({ day, zone }: { day: CalendarDay | undefined; zone: string }) {
  if (day === undefined) return null;
  return (
    <div className={classes.row} aria-hidden>
      <div className={classes.day} />
      <Box className={classes.track} h={18}>
        {ticks(day, zone, 6).map((tick) => (
          <Box key={tick.label} className={classes.tickLabel} left={percent(tick.left)}>
            {tick.label}
          </Box>
        ))}
      </Box>
    </div>
  );
}

function DayRow({ day, zone, pieces, people, now, press }: CalendarProps & { day: CalendarDay }) {
  const shown = pieces(day);
  const lanes = Math.max(1, ...shown.map((piece) => piece.lane + 1));
  const today = now >= day.start && now < day.end;
  return (
    <div className={classes.row} data-today={today || undefined}>
      <div className={classes.day}>
        {dayName.format(new Date(`${day.day}T00:00Z`))}
        {day.hours !== 24 && <Text size="xs" className={classes.long}>{words.calendar.long(day.hours)}</Text>}
      </div>
      <Box className={classes.track} h={lanes * LANE + 4}>
        {ticks(day, zone).map((tick) => (
          <Box key={tick.label} className={classes.tick} left={percent(tick.left)} />
        ))}
        {shown.map((piece) => (
          <PieceBox
            key={`${piece.shift?.person ?? ""} ${piece.from} ${piece.lane}`}
            piece={piece}
            zone={zone}
            people={people}
            press={press}
            className={classes.piece}
            place={{ left: percent(piece.left), w: percent(piece.width), top: piece.lane * LANE + 3, h: LANE - 3 }}
            says={(name) => said(piece, name, zone)}
          />
        ))}
        {today && <Box className={classes.now} left={percent((now - day.start) / (day.end - day.start))} />}
      </Box>
    </div>
  );
}

/** The name, with the times at which this day sees somebody come or go. */
function said(piece: Piece, name: string, zone: string): string {
  const [from, until] = [clockTime(piece.from, zone, zone), clockTime(piece.until, zone, zone)];
  if (piece.begun && piece.goesOn) return name;
  if (piece.begun) return `${name} ${words.calendar.to(until)}`;
  if (piece.goesOn) return `${name} ${words.calendar.since(from)}`;
  return `${name} ${words.calendar.between(from, until)}`;
}
