// What somebody typed, kept on this machine until the server has it: leaving the page, a lost network or a lost session costs no words.

import { useCallback, useState } from "react";

const PREFIX = "harken.draft.";

/** The words typed into a field of the form about `subject`: an alert, a visit; `initial` stands there until something is typed. */
export function useDraft(subject: string, field: string, initial = ""): [text: string, set: (text: string) => void] {
  const key = `${PREFIX}${subject}.${field}`;
  const [text, setText] = useState(() => localStorage.getItem(key) ?? initial);
  const set = useCallback(
    (next: string) => {
      setText(next);
      if (next === "") localStorage.removeItem(key);
      else localStorage.setItem(key, next);
    },
    [key],
  );
  return [text, set];
}
