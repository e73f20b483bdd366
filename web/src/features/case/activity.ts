// What a day looked like, room by room. Pure.

import type { Schemas } from "../../api/client.ts";

type Event = Schemas["Event"];
type Device = Schemas["Device"];

export interface Row {
  room: string;
  /** Where each event lies in the day, 0 to 1, and whether it was an alarm. */
  at: { part: number; alarm: boolean; kind: string; time: string }[];
  /** The newest, as it was told. */
  last: string;
}

/** The rows of the chart, by room, the one that was active last on top. Signs of life of the equipment are no activity. */
export function rows(events: readonly Event[], devices: readonly Device[], from: number, to: number, elsewhere: string): Row[] {
  const rooms = new Map(devices.map((device) => [`${device.gateway}/${device.address}`, device.room]));
  const byRoom = new Map<string, Row>();
  for (const event of events) {
    const at = Date.parse(event.at);
    if (at < from || at > to || event.class === "technical") continue;
    const known = event.device == null ? "" : (rooms.get(`${event.gateway}/${event.device}`) ?? "");
    const room = known === "" ? elsewhere : known;
    const row = byRoom.get(room) ?? { room, at: [], last: event.at };
    row.at.push({ part: (at - from) / (to - from), alarm: event.class === "alarm", kind: event.kind, time: event.at });
    if (Date.parse(row.last) < at) row.last = event.at;
    byRoom.set(room, row);
  }
  return [...byRoom.values()].sort((a, b) => Date.parse(b.last) - Date.parse(a.last) || (a.room < b.room ? -1 : 1));
}
