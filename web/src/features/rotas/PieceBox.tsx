// A shift or a gap on the calendar: its words for the eye and for readers of screens, and what pressing it does.

import { Box, type BoxProps } from "@mantine/core";
import { Fragment } from "react";

import { pieces } from "../../shell/Around.tsx";
import { rotasWords as words } from "../../text/en.ts";
import { dayTime } from "../../time/format.ts";
import { colourOf, type Piece } from "./calendar.ts";
import classes from "./rotas.module.css";

interface Props {
  piece: Piece;
  zone: string;
  people: readonly string[];
  className: string | undefined;
  /** What is read in it, around the name. */
  says: (name: string) => string;
  press?: ((piece: Piece) => void) | undefined;
  place?: BoxProps;
}

function nameOf(piece: Piece): string {
  if (piece.shift === null) return words.calendar.nobody;
  return piece.shift.override == null ? piece.shift.name : `${piece.shift.name} · ${words.calendar.stands}`;
}

/** The box runs as the name does, so that a name that is cut off keeps its beginning; the hours beside it run as ours, so that they are not read backwards. */
function Told({ says, name }: { says: (name: string) => string; name: string }) {
  return pieces(says, 1).map((part, n) =>
    typeof part === "number" ? (
      <Fragment key={n}>{name}</Fragment>
    ) : (
      <Fragment key={n}>
        {part.startsWith(" ") && " "}
        <bdi dir="ltr">{part.trim()}</bdi>
        {part.endsWith(" ") && " "}
      </Fragment>
    ),
  );
}

export function PieceBox({ piece, zone, people, className, says, press, place = {} }: Props) {
  const { shift } = piece;
  const name = nameOf(piece);
  const colour = shift === null ? classes.gap : classes[`p${colourOf(shift.person, people)}`];
  const from = shift?.from ?? piece.from;
  const until = shift?.until ?? piece.until;
  // It begins with what is read in it, so that whoever speaks to the page finds it. Without the reader's own time beside: the page says once whose clocks these are.
  const said = words.calendar.piece(says(name), dayTime(from, zone, zone), dayTime(until, zone, zone));
  const look = `${className ?? ""} ${colour ?? ""} ${shift?.override == null ? "" : (classes.override ?? "")}`;
  if (press === undefined) {
    return (
      <Box className={look} title={said} dir="auto" {...place}>
        <Told says={says} name={name} />
      </Box>
    );
  }
  return (
    <Box component="button" type="button" className={look} title={said} aria-label={said} dir="auto" onClick={() => press(piece)} {...place}>
      <Told says={says} name={name} />
    </Box>
  );
}
