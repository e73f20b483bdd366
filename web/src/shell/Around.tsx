// A sentence of ours around names of theirs, each in its own direction: a name from right to left must not turn the sentence, nor the hours beside it, around.

import { Fragment } from "react";

/** Where the names will stand; nobody writes these. */
const FIRST = 0xe000;

/** The sentence in pieces: what is ours as text, and of each name which one it is. */
export function pieces(says: (...names: string[]) => string, count: number): (string | number)[] {
  const said = says(...Array.from({ length: count }, (_, n) => String.fromCharCode(FIRST + n)));
  return said.split(/([\uE000-\uF8FF])/).flatMap((part): (string | number)[] => {
    const which = part.charCodeAt(0) - FIRST;
    if (part.length === 1 && which >= 0 && which < count) return [which];
    return part === "" ? [] : [part];
  });
}

export function Around({ says, names }: { says: (...names: string[]) => string; names: readonly string[] }) {
  return pieces(says, names.length).map((part, n) => (typeof part === "number" ? <bdi key={n}>{names[part]}</bdi> : <Fragment key={n}>{part}</Fragment>));
}
