// The console as its users meet it: a real browser, the real binary on SQLite, a real MQTT client.

import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { launch, Window } from "./browser.ts";
import { type Gateway, Service, until } from "./service.ts";

let browser: Browser;
let service: Service;
const windows: Window[] = [];
const gateways: Gateway[] = [];

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});
beforeEach(async () => {
  service = await Service.start();
  for (const login of ["olga", "otto"]) service.person(login, "operator");
});
afterEach(async () => {
  const faults = windows.flatMap((window) => window.quiet());
  for (const window of windows.splice(0)) await window.close();
  for (const gateway of gateways.splice(0)) await gateway.end();
  await service.stop();
  expect(faults, "errors of scripts and breaches of the page's policy").toEqual([]);
});

async function signedIn(login: string, size?: { width: number; height: number }): Promise<Window> {
  const window = await Window.open(browser, service, size);
  windows.push(window);
  await window.signIn(login);
  return window;
}

async function home(name: string, resident?: string): Promise<Gateway> {
  const gateway = await service.home(name, resident);
  gateways.push(gateway);
  return gateway;
}

interface Alerts {
  items: { id: string; state: string; outcome?: string; holder?: { name: string } }[];
}

interface Outcomes {
  items: { title: string; offered: boolean }[];
}

test("an alarm appears by itself, and a second press is counted", async () => {
  const elm = await home("12 Elm Row");
  const { page } = await signedIn("olga");
  await page.getByText("Nobody is waiting.").waitFor();
  const begun = performance.now();
  await elm.press();
  const line = page.getByRole("listitem").filter({ hasText: "12 Elm Row" });
  await line.getByText("Ada Byron").waitFor();
  console.log(`from the press to the screen: ${Math.round(performance.now() - begun)} ms`);
  await elm.press();
  await line.getByText("2 activations").waitFor();
});

test("two operators race for an alarm: one wins, the other is told who has it", async () => {
  const elm = await home("12 Elm Row");
  const both = [await signedIn("olga"), await signedIn("otto")];
  await elm.press();
  const buttons = both.map((window) => window.line("12 Elm Row").getByRole("button", { name: "Accept" }));
  for (const button of buttons) await button.waitFor();
  // Who sees first that it is taken has no button any more: both press at once, without waiting for the page.
  await Promise.all(buttons.map((button) => button.evaluate((each: HTMLElement) => each.click())));
  const won = await until("one of the two has the case", () => {
    const n = both.findIndex((window) => window.page.url().includes("/cases/"));
    return n >= 0 && { n };
  });
  const loser = both[1 - won.n];
  const winner = ["olga", "otto"][won.n] ?? "";
  if (loser === undefined) throw new Error("there are two");
  await loser.page.getByText("Somebody was quicker").waitFor();
  await loser.page.getByText(`Person ${winner} has it`).waitFor();
  expect(loser.page.url()).not.toContain("/cases/");
});

test("a case from the alarm to its closing: call, checklist, note, outcome", async () => {
  const elm = await home("12 Elm Row");
  await elm.say("events", "motion", "pir-1");
  const { page } = await signedIn("olga");
  await elm.press();
  await page.getByRole("button", { name: "Accept", exact: true }).click();
  await page.getByRole("link", { name: "Call the home (C)" }).waitFor();
  expect(await page.getByRole("link", { name: "Call the home (C)" }).getAttribute("href")).toBe("tel:+441632960001");
  for (const known of ["likes to be called Ada", "Diabetic", "Lives with a large dog", "Has a key"]) await page.getByText(known).waitFor();
  await page.getByRole("img", { name: /Elsewhere: 2/ }).waitFor();
  await page.getByRole("button", { name: "No reply (R)" }).click();
  await page.getByText(/no answer/i).last().waitFor();
  await page.getByRole("button", { name: "Nora Neighbour: Reached" }).click();
  await page.getByText(/Called Nora Neighbour/).waitFor();
  const step = page.getByRole("checkbox").first();
  await step.click();
  await page.getByText(/^Done: /).waitFor();
  expect(await step.isDisabled()).toBe(true);
  // What is typed outlives leaving the page.
  await page.getByLabel("Note (T)").fill("She is on the sofa.");
  await page.getByRole("link", { name: "Queue (B)" }).click();
  await page.getByRole("link", { name: /pendant/i }).click();
  expect(await page.getByLabel("Note (T)").inputValue()).toBe("She is on the sofa.");
  // A case has an address: it can be opened anew.
  await page.reload();
  expect(await page.getByLabel("Note (T)").inputValue()).toBe("She is on the sofa.");
  await page.getByRole("button", { name: "Save the note" }).click();
  await page.getByRole("listitem").filter({ hasText: "She is on the sofa." }).waitFor();
  expect(await page.getByLabel("Note (T)").inputValue()).toBe("");
  await page.getByRole("button", { name: "Close (X)" }).click();
  const dialog = page.getByRole("dialog");
  const there = await service.get<Outcomes>("/outcomes?queue=care");
  const titles = there.items.filter((outcome) => outcome.offered).map((outcome) => outcome.title);
  expect((await dialog.getByRole("option").allTextContents()).slice(1), "the outcomes that the service has, and none chosen beforehand").toEqual(titles);
  expect(await dialog.getByLabel("Outcome").inputValue()).toBe("");
  await dialog.getByLabel("Outcome").selectOption({ index: 1 });
  await dialog.getByRole("button", { name: "Close (X)" }).click();
  await page.getByText("Nobody is waiting.").waitFor();
  const { items } = await service.get<Alerts>("/alerts?state=closed");
  expect(items.map((alert) => alert.state)).toEqual(["closed"]);
});

test("what the server refuses shows its words in the form, and what was typed stays", async () => {
  const elm = await home("12 Elm Row");
  const { page } = await signedIn("olga");
  await elm.press();
  await page.getByRole("button", { name: "Accept", exact: true }).click();
  await page.getByRole("button", { name: "Close (X)" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Outcome").selectOption({ index: 1 });
  await dialog.getByLabel("Note").fill("All is well.");
  // Out of reach, nothing was changed, and the form says so.
  await service.way.cut();
  await dialog.getByRole("button", { name: "Close (X)" }).click();
  await dialog.getByText(/could not be reached/).waitFor();
  expect(await dialog.getByLabel("Note").inputValue()).toBe("All is well.");
  await service.way.mend();
  await dialog.getByRole("button", { name: "Close (X)" }).click();
  await page.getByText("Nobody is waiting.").waitFor();
});

test("whoever lost a case is told at once, and can take it again", async () => {
  const elm = await home("12 Elm Row");
  const olga = await signedIn("olga");
  await elm.press();
  await olga.page.getByRole("button", { name: "Accept", exact: true }).click();
  await olga.page.getByRole("button", { name: "Close (X)" }).waitFor();
  // The same person at another desk gives it back.
  const elsewhere = await signedIn("olga");
  await elsewhere.page.getByRole("link", { name: /pendant/i }).click();
  await elsewhere.page.getByRole("button", { name: "Back to the queue" }).click();
  await olga.page.getByText("You do not have this case: it waits in the queue.").waitFor();
  expect(await olga.page.getByRole("button", { name: "Close (X)" }).count()).toBe(0);
  const otto = await signedIn("otto");
  await otto.page.getByRole("button", { name: "Accept", exact: true }).click();
  await olga.page.getByText("Person otto has this case now.").waitFor();
});

test("a broken stream is told at once, with the age of the picture, and catches up by itself", async () => {
  const [elm, oak] = [await home("12 Elm Row"), await home("7 Oak Lane")];
  const { page } = await signedIn("olga");
  await elm.press();
  const line = (name: string) => page.getByRole("listitem").filter({ hasText: name });
  await line("12 Elm Row").waitFor();
  await service.way.cut();
  await page.getByText(/No live connection\. What you see is \d+ s old/).waitFor();
  await oak.press();
  expect(await line("12 Elm Row").count(), "what was known stays").toBe(1);
  expect(await line("7 Oak Lane").count()).toBe(0);
  await service.way.mend();
  await line("7 Oak Lane").waitFor();
  await page.getByText(/No live connection/).waitFor({ state: "hidden" });
});

test("from the sign-in to the closing with the keyboard alone", async () => {
  const elm = await home("12 Elm Row");
  const window = await Window.open(browser, service);
  windows.push(window);
  const { page } = window;
  const { keyboard } = page;
  await page.getByLabel("Login").waitFor();
  await keyboard.type("olga");
  await keyboard.press("Tab");
  await keyboard.type("correct horse battery");
  await keyboard.press("Enter");
  await page.getByText("Nobody is waiting.").waitFor();
  await elm.press();
  await window.line("12 Elm Row").waitFor();
  await keyboard.press("?");
  await page.getByRole("dialog").getByText("Accept the next (N)").waitFor();
  await keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await keyboard.press("n");
  await page.getByRole("button", { name: "Close (X)" }).waitFor();
  await keyboard.press("r");
  await page.getByText(/no answer/i).last().waitFor();
  await keyboard.press("t");
  await keyboard.type("Spoke to her.");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await page.getByRole("listitem").filter({ hasText: "Spoke to her." }).waitFor();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await keyboard.press("x");
  await page.getByRole("dialog").getByLabel("Outcome").waitFor();
  await page.getByRole("dialog").getByRole("option").nth(1).waitFor({ state: "attached" });
  await keyboard.press("ArrowDown");
  await keyboard.press("Tab");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await page.getByText("Nobody is waiting.").waitFor();
});

test("nobody is kept from any page by how it is made, in both colour schemes", async () => {
  const names = ["12 Elm Row", "بيت السيدة فاطمة الزهراء", `The house with ${"a very long name ".repeat(8)}`];
  const away = await Window.open(browser, service);
  windows.push(away);
  await away.page.getByLabel("Login").waitFor();
  const found = await away.inspect("sign-in");
  const olga = await signedIn("olga");
  found.push(...(await olga.inspect("queue-0")));
  for (const name of names) await (await home(name, name.startsWith("ب") ? "فاطمة الزهراء" : undefined)).press();
  await until("three alerts", async () => (await olga.page.getByRole("button", { name: "Accept", exact: true }).count()) === 3);
  for (const [width, height] of [[1920, 1080], [1366, 768], [390, 844]] as const) {
    await olga.page.setViewportSize({ width, height });
    found.push(...(await olga.inspect(`queue-3-${width}`)));
    expect(await olga.sideways(), `the queue scrolls sideways at ${width}`).toBe(0);
    for (const title of await olga.page.locator("[data-alert] a[href^='/cases/']").all()) expect((await title.boundingBox())?.width, "what it is can be read").toBeGreaterThan(80);
  }
  await olga.line("12 Elm Row").getByRole("button", { name: "Accept" }).click();
  await olga.page.getByRole("button", { name: "Close (X)" }).waitFor();
  for (const [width, height] of [[1920, 1080], [1366, 768], [390, 844]] as const) {
    await olga.page.setViewportSize({ width, height });
    found.push(...(await olga.inspect(`case-${width}`)));
    expect(await olga.sideways(), `the case scrolls sideways at ${width}`).toBe(0);
    const acts = await olga.page.getByRole("region", { name: "What next" }).getByRole("button").all();
    expect(acts.length).toBe(6);
    for (const act of acts) {
      const box = await act.boundingBox();
      expect(box !== null && box.y + box.height <= height, `reached without scrolling at ${width}: ${await act.textContent()}`).toBe(true);
      const cut = await act.evaluate((button) => [...button.querySelectorAll("*")].some((part) => part.scrollWidth > part.clientWidth + 1 || part.scrollHeight > part.clientHeight + 1));
      expect(cut, `its words are cut off at ${width}: ${await act.textContent()}`).toBe(false);
    }
  }
  await olga.page.getByRole("button", { name: "Close (X)" }).click();
  await olga.page.getByRole("dialog").waitFor();
  found.push(...(await olga.inspect("closing")));
  expect(found).toEqual([]);
});
