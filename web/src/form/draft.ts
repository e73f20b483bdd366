// What somebody typed, kept on this machine until the server has it: leaving the page, a lost network or a lost session costs no words.

import { useCallback, useState } from "react";

const PREFIX = "harken.draft.";

export function useDraft(alert: string, field: string): [text: string, set: (text: string) => void] {
  const key = `${PREFIX}${alert}.${field}`;
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
