// Open alerts as a list whose rows stay where they are when others jump over them: React keeps the rows by their id, which never changes, and they are put in
// order by hand. Its links are plain ones, and one listener follows them within the page: a link of the router's own for each of five hundred rows would watch
// the address five hundred times.

import { useNavigate } from "@tanstack/react-router";
import { memo, type MouseEvent, useLayoutEffect, useMemo, useRef } from "react";

import type { Alert } from "../../api/client.ts";
import type { Place } from "../../places/places.ts";
import { AlertRow } from "./AlertRow.tsx";
import { arrange } from "./order.ts";
import classes from "./queue.module.css";

interface Props {
  alerts: readonly Alert[];
  place: (id: string | null | undefined) => Place | null;
  counts: ReadonlyMap<string, number>;
  me: string;
  mayAccept: boolean;
  onAccept: (alert: Alert) => void;
}

export const AlertList = memo(function AlertList({ alerts, place, counts, me, mayAccept, onAccept }: Props) {
  const navigate = useNavigate();
  const list = useRef<HTMLUListElement>(null);
  const byId = useMemo(() => [...alerts].sort((a, b) => (a.id < b.id ? -1 : 1)), [alerts]);
  useLayoutEffect(() => {
    if (list.current === null) return;
    const rows = new Map([...list.current.children].map((row) => [row.getAttribute("data-alert"), row]));
    arrange(list.current, alerts.flatMap((alert) => rows.get(alert.id) ?? []));
  }, [alerts]);
  const follow = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void navigate({ to: new URL(link.href).pathname });
  };
  return (
    <ul ref={list} className={classes.list} onClick={follow}>
      {byId.map((alert) => (
        <AlertRow key={alert.id} alert={alert} place={place(alert.home)} others={alert.home == null ? 0 : (counts.get(alert.home) ?? 1) - 1} me={me} mayAccept={mayAccept} onAccept={onAccept} />
      ))}
    </ul>
  );
});
