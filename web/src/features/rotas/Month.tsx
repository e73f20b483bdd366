// A month, a cell for each day with who is on call in it; below each other on a narrow screen.

import { rotasWords as words } from "../../text/en.ts";
import { clockTime } from "../../time/format.ts";
import type { CalendarProps } from "./Calendar.tsx";
import type { CalendarDay, Piece } from "./calendar.ts";
import { DAYS } from "./layers.ts";
import { PieceBox } from "./PieceBox.tsx";
import classes from "./rotas.module.css";

const dayName = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });

export function Month({ days, zone, pieces, people, now, press, month }: CalendarProps & { month: string }) {
  return (
    <div className={classes.month}>
      {DAYS.map((day) => (
        <div key={day} className={classes.weekday} aria-hidden>
          {words.days[day]}
        </div>
      ))}
      {days.map((day) => (
        <div key={day.day} className={classes.cell} data-outside={day.day.slice(0, 7) !== month || undefined} data-today={(now >= day.start && now < day.end) || undefined}>
          <div className={classes.date}>
            {dayName.format(new Date(`${day.day}T00:00Z`))}
            {day.hours !== 24 && ` · ${words.calendar.long(day.hours)}`}
          </div>
          {pieces(day).map((piece) => (
            <PieceBox key={`${piece.shift?.person ?? ""} ${piece.from} ${piece.lane}`} piece={piece} zone={zone} people={people} press={press} className={classes.line} says={(name) => said(piece, name, day, zone)} />
          ))}
        </div>
      ))}
    </div>
  );
}

function said(piece: Piece, name: string, day: CalendarDay, zone: string): string {
  const whole = piece.from === day.start && piece.until === day.end;
  return whole ? name : `${clockTime(piece.from, zone, zone)} ${name}`;
}
