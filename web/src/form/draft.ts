// What somebody typed, kept on this machine until the server has it: leaving the page, a lost network or a lost session costs no words.

import { useCallback, useState } from "react";

const PREFIX = "harken.draft.";

/** The words typed into a field of the form about `subject`: an alert, a visit. */
export function useDraft(subject: string, field: string): [text: string, set: (text: string) => void] {
  const key = `${PREFIX}${subject}.${field}`;
  const [text, setText] = useState(() => localStorage.getItem(key) ?? "");
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
