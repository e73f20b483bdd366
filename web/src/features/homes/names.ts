// What devices, people and subjects of rules are called on a home's pages. Pure.

import type { Schemas } from "../../api/client.ts";

type Device = Schemas["Device"];

/** `Bedroom · Bed sensor`, or the address where the register says nothing else. */
export function deviceName(device: Pick<Device, "room" | "model" | "address">): string {
  return [device.room, device.model].filter((part) => part !== "").join(" · ") || device.address;
}

/** `bed_entered` as people read it. */
export function plain(kind: string): string {
  return kind.replaceAll("_", " ");
}

/** Whom or what a rule's memory is about: `home`, `device:{gateway}/{address}` (the gateway itself without an address) or `resident:{id}`. */
export function subjectName(subject: string, devices: readonly Device[], residents: readonly { id: string; name: string }[], home: string): string {
  const [sort, rest] = split(subject, ":");
  if (sort === "resident") return residents.find((each) => each.id === rest)?.name ?? rest;
  if (sort !== "device") return subject === "home" ? home : subject;
  const [gateway, address] = split(rest, "/");
  const device = devices.find((each) => each.gateway === gateway && each.address === address);
  if (device !== undefined) return deviceName(device);
  return address === "" ? gateway : address;
}

function split(text: string, at: string): [string, string] {
  const place = text.indexOf(at);
  return place < 0 ? [text, ""] : [text.slice(0, place), text.slice(place + 1)];
}

/** What an event said, where it said a value. */
export function reading(event: Schemas["Event"]): string {
  if (event.value != null) return `${String(event.value)}${event.unit == null ? "" : ` ${unit(event.unit)}`}`;
  const values = Object.entries(event.values ?? {}).map(([name, value]) => `${plain(name)} ${String(value)}`);
  return values.length === 0 ? "" : `${values.join(", ")}${event.unit == null ? "" : ` ${unit(event.unit)}`}`;
}

const UNITS: Readonly<Record<string, string>> = { Cel: "°C", "mm[Hg]": "mmHg", "/min": "per minute", "1": "" };

function unit(code: string): string {
  return UNITS[code] ?? code;
}
