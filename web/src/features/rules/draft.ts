// What somebody writes into a rule is kept in this tab until it is a revision, so that it can be tried out on another page and come back.

import { useState } from "react";

function key(id: string, organisation: string): string {
  return `rule ${id} ${organisation}`;
}

export function draftOf(id: string, organisation: string): string | null {
  return sessionStorage.getItem(key(id, organisation));
}

/** The text, `begun` with until somebody writes; `null` sets it back. */
export function useRuleDraft(id: string, organisation: string, begun: string): [string, (text: string | null) => void] {
  const [text, setText] = useState(() => draftOf(id, organisation));
  return [
    text ?? begun,
    (next) => {
      setText(next);
      if (next === null) sessionStorage.removeItem(key(id, organisation));
      else sessionStorage.setItem(key(id, organisation), next);
    },
  ];
}
