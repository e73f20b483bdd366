// Many open alerts, and changes to them at a steady rate: over real MQTT, from several gateways.

import { type Gateway, type Service, until } from "./service.ts";

const DEVICES = 10;

export interface Flood {
  gateways: Gateway[];
  /** How many alerts are open. */
  size: number;
}

interface Page {
  items: { id: string; activations: number; home: string; device: string }[];
  next?: string | null;
}

export async function open(service: Service): Promise<Page["items"]> {
  const items: Page["items"] = [];
  let cursor: string | null | undefined;
  do {
    const page = await service.get<Page>(`/alerts?queue=care&limit=500${cursor == null ? "" : `&cursor=${cursor}`}`);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor != null);
  return items;
}

const device = (n: number) => `smoke-${n}`;

/** `size` smoke alarms of different rooms: alerts of their own, in homes whose names are short, long and from right to left. */
export async function raise(service: Service, size: number): Promise<Flood> {
  const count = Math.ceil(size / DEVICES);
  const names = Array.from({ length: count }, (_, n) => (n % 7 === 3 ? `بيت السيدة فاطمة الزهراء ${n}` : n % 7 === 5 ? `The house ${n} with ${"a very long name ".repeat(6)}` : `${n} Elm Row`));
  const gateways = await service.homes(names);
  await Promise.all(gateways.map((gateway) => gateway.sayOfAll("alarms", "smoke", Array.from({ length: DEVICES }, (_, n) => device(n)))));
  await until(`${size} alerts are open`, async () => (await open(service)).length >= size);
  return { gateways, size };
}

/** Second presses, `perSecond` of them each second, `total` in all; which alert was pressed again, in the order in which it was. */
export async function change(flood: Flood, total: number, perSecond: number): Promise<{ home: string; device: string }[]> {
  const pressed: { home: string; device: string }[] = [];
  const begun = Date.now();
  for (let n = 0; n < total; n += 1) {
    const gateway = flood.gateways[(n * 7) % flood.gateways.length];
    if (gateway === undefined) throw new Error("no gateway");
    const which = device(Math.floor(n / flood.gateways.length) % DEVICES);
    await gateway.say("alarms", "smoke", which);
    pressed.push({ home: gateway.home, device: which });
    // The pace, and nothing that anything waits for.
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + ((n + 1) * 1000) / perSecond - Date.now())));
  }
  return pressed;
}

export async function end(flood: Flood): Promise<void> {
  await Promise.all(flood.gateways.map((gateway) => gateway.end()));
}
