// Between a form and what is sent: a change holds only what was changed, so that two people who mend different things do not undo each other. Pure.

import type { Values } from "../../form/RecordForm.tsx";

function sent(values: Values, name: string, absent: readonly string[]): Values[string] {
  const value = values[name] ?? null;
  return value === "" && absent.includes(name) ? null : value;
}

/** What of `after` differs from `before`. An empty text of one of `absent` is sent as null: it takes the value off the record. */
export function changesOf(before: Values, after: Values, absent: readonly string[]): Values {
  const names = Object.keys(after).filter((name) => (before[name] ?? "") !== (after[name] ?? ""));
  return Object.fromEntries(names.map((name) => [name, sent(after, name, absent)]));
}

/** What is filled in: for a new record, whose empty fields the server knows how to take. */
export function filled(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "" && value !== null));
}

/**
 * What people type as a telephone number becomes an address to call: `01632 960001` is `tel:01632960001`. What stands there as it was stays as it was, and
 * anything else is left for the server to judge.
 */
export function callBackOf(typed: Values[string] | undefined, before: string | null | undefined): string {
  const text = String(typed ?? "").trim();
  if (before != null && text === telephoneOf(before)) return before;
  return /^\+?[\d\s().-]{3,}$/.test(text) ? `tel:${text.replace(/[^\d+]/g, "")}` : text;
}

/** An address to call as people read it. */
export function telephoneOf(callBack: string | null | undefined): string {
  return (callBack ?? "").replace(/^tel:/, "");
}
