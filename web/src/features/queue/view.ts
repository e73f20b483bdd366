import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

import { type View, viewOf } from "./lanes.ts";

/** What of the queue is shown, kept in the address. */
export function useView(): { view: View; setView: (view: View) => void } {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const view = useMemo(() => viewOf(search), [search]);
  const setView = useCallback(
    (next: View) => void navigate({ to: "/queue", search: { lanes: next.lanes.join(","), ...(next.text === "" ? {} : { text: next.text }) }, replace: true }),
    [navigate],
  );
  return { view, setView };
}
