// How smooth the queue is with many open alerts: prints figures, and asserts none (`npm run measure`). The machine's own pace stands beside them.

import { type CDPSession } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";

import { launch, Window } from "./browser.ts";
import { change, end, raise } from "./flood.ts";
import { Service, until } from "./service.ts";

const SIZE = 500;
const PER_SECOND = 20;
const SECONDS = 10;

let service: Service;
beforeAll(async () => {
  service = await Service.start();
  service.person("olga", "operator");
});
afterAll(async () => service.stop());

interface Seen {
  frames: number[];
  tasks: number[];
}

const part = (sorted: readonly number[], share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

async function spent(cdp: CDPSession): Promise<Record<string, number>> {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

/** Frames, tasks above 50 ms and time spent by the page while `during` runs. */
async function watched(window: Window, cdp: CDPSession, what: string, during: () => Promise<unknown>): Promise<void> {
  await window.page.evaluate(() => {
    const seen: Seen = { frames: [], tasks: [] };
    let last = performance.now();
    const frame = () => {
      const now = performance.now();
      seen.frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
    (globalThis as unknown as { seen: Seen }).seen = seen;
  });
  const before = await spent(cdp);
  const begun = performance.now();
  await during();
  const took = (performance.now() - begun) / 1000;
  const after = await spent(cdp);
  const { frames, tasks } = await window.page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);
  frames.sort((a, b) => a - b);
  const ms = (value: number) => `${Math.round(value)} ms`;
  const of = (name: string) => `${(((after[name] ?? 0) - (before[name] ?? 0)) * 1000 / took).toFixed(0)} ms/s`;
  console.log(
    `${what}: ${(frames.length / took).toFixed(0)} frames/s, frame median ${ms(part(frames, 0.5))}, p95 ${ms(part(frames, 0.95))}, longest ${ms(frames.at(-1) ?? 0)}; ` +
      `tasks above 50 ms: ${tasks.length}, longest ${ms(Math.max(0, ...tasks))}; script ${of("ScriptDuration")}, layout ${of("LayoutDuration")}, styles ${of("RecalcStyleDuration")}, all ${of("TaskDuration")}`,
  );
}

test("500 open alerts at 20 changes a second", { timeout: 300_000 }, async () => {
  const browser = await launch();
  const flood = await raise(service, SIZE);
  for (const slower of [1, 4]) {
    const window = await Window.open(browser, service, { width: 1920, height: 1080 });
    const cdp = await window.page.context().newCDPSession(window.page);
    await cdp.send("Performance.enable");
    if (slower > 1) await cdp.send("Emulation.setCPUThrottlingRate", { rate: slower });
    const as = slower === 1 ? "" : `, processor ${slower} times slower`;
    await window.signIn("olga");
    await until("all are shown", async () => (await window.page.locator("[data-alert]").count()) >= SIZE);
    const begun = performance.now();
    await window.page.reload();
    await until("all are shown again", async () => (await window.page.locator("[data-alert]").count()) >= SIZE);
    console.log(`from the address to ${SIZE} alerts shown${as}: ${Math.round(performance.now() - begun)} ms`);
    await watched(window, cdp, `${SIZE} alerts, nothing changes${as}`, () => new Promise((resolve) => setTimeout(resolve, SECONDS * 1000)));
    await watched(window, cdp, `${SIZE} alerts, ${PER_SECOND} changes a second${as}`, () => change(flood, PER_SECOND * SECONDS, PER_SECOND));
    await window.close();
  }
  await end(flood);
  await browser.close();
});
