// A shift or a gap on the calendar: its words for the eye and for readers of screens, and what pressing it does.

import { Box, type BoxProps } from "@mantine/core";

import { rotasWords as words } from "../../text/en.ts";
import { dayTime } from "../../time/format.ts";
import { colourOf, type Piece } from "./calendar.ts";
import classes from "./rotas.module.css";

interface Props {
  piece: Piece;
  zone: string;
  people: readonly string[];
  className: string | undefined;
  /** What is read in it. */
  children: string;
  press?: ((piece: Piece) => void) | undefined;
  place?: BoxProps;
}

export function nameOf(piece: Piece): string {
  if (piece.shift === null) return words.calendar.nobody;
  return piece.shift.override == null ? piece.shift.name : `${piece.shift.name} · ${words.calendar.stands}`;
}

export function PieceBox({ piece, zone, people, className, children, press, place = {} }: Props) {
  const { shift } = piece;
  const colour = shift === null ? classes.gap : classes[`p${colourOf(shift.person, people)}`];
  const from = shift?.from ?? piece.from;
  const until = shift?.until ?? piece.until;
  // It begins with what is read in it, so that whoever speaks to the page finds it. Without the reader's own time beside: the page says once whose clocks these are.
  const said = words.calendar.piece(children, dayTime(from, zone, zone), dayTime(until, zone, zone));
  const look = `${className ?? ""} ${colour ?? ""} ${shift?.override == null ? "" : (classes.override ?? "")}`;
  if (press === undefined) {
    return (
      <Box className={look} title={said} dir="auto" {...place}>
        {children}
      </Box>
    );
  }
  return (
    <Box component="button" type="button" className={look} title={said} aria-label={said} dir="auto" onClick={() => press(piece)} {...place}>
      {children}
    </Box>
  );
}
