// The control room as a whole, in a real browser: many alerts at once, the hand-over, the wall board, incidents, faults.

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { launch, Window } from "./browser.ts";
import { change, end, open, raise } from "./flood.ts";
import { type Gateway, Service, until } from "./service.ts";

const SIZES = [[1920, 1080], [1366, 768], [390, 844]] as const;
const ARABIC = "بيت السيدة فاطمة الزهراء";
const LONG = `The house with ${"a very long name ".repeat(8)}`.trim();

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

async function goTo(page: Page, name: string, heading: string): Promise<void> {
  await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { name: heading, level: 1 }).waitFor();
}

/** The page at each size, in both colour schemes: what axe finds, and that nothing runs out of it sideways. */
async function look(window: Window, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const [width, height] of SIZES) {
    await window.page.setViewportSize({ width, height });
    const wide = await window.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) found.push(`${name} scrolls sideways at ${width}`);
    found.push(...(await window.inspect(`${name}-${width}`)));
  }
  await window.page.setViewportSize({ width: 1366, height: 768 });
  return found;
}

/** The alerts in the order in which the page shows those that wait. */
const shown = (page: Page) => page.locator('section[aria-label="Waiting for somebody"] [data-alert]').evaluateAll((rows) => rows.map((row) => row.getAttribute("data-alert")));

test("five hundred open alerts, changing twenty times a second: the page ends up right, and touches only the rows that changed", async () => {
  const flood = await raise(service, 500);
  const olga = await signedIn("olga");
  const { page } = olga;
  await until("all are shown", async () => (await shown(page)).length === flood.size);
  await page.getByText("0 Elm Row", { exact: true }).first().waitFor();
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: new URL(`../screenshots/queue-500-${width}.png`, import.meta.url).pathname });
  }

  // Which rows anything is done to, beside the letters that move with the clock.
  await page.evaluate(() => {
    const touched = new Set<string>();
    const of = (node: Node) => (node instanceof Element ? node : node.parentElement);
    const note = (row: Element | null | undefined) => {
      const id = row?.getAttribute("data-alert");
      if (id != null) touched.add(id);
    };
    new MutationObserver((changes) => {
      for (const each of changes) {
        const at = of(each.target);
        if (at?.closest(".counting") != null) continue;
        if (at?.closest("[data-alert]") != null) note(at.closest("[data-alert]"));
        else for (const node of [...each.addedNodes, ...each.removedNodes]) note(of(node)?.closest("[data-alert]"));
      }
    }).observe(document.querySelector("main") ?? document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    (window as unknown as { touched: Set<string> }).touched = touched;
  });
  const pressed = await change(flood, 100, 20);
  const twice = (await open(service)).filter((alert) => alert.activations > 1).map((alert) => alert.id);
  expect(twice.length, "each press was counted").toBe(new Set(pressed.map((each) => `${each.home} ${each.device}`)).size);
  await until("every change is shown", async () => (await page.getByText("2 activations").count()) === twice.length);
  expect(await shown(page), "in the order of the server").toEqual((await open(service)).map((alert) => alert.id));
  const touched = await page.evaluate(() => [...(window as unknown as { touched: Set<string> }).touched]);
  expect(new Set(touched)).toEqual(new Set(twice));
  const offScreen = await page.locator("[data-alert]").first().evaluate((row) => getComputedStyle(row).contentVisibility);
  expect(offScreen, "what is far below is not drawn").toBe("auto");

  // The first is taken with one key; the place it had is the next one's.
  await page.keyboard.press("n");
  await page.getByRole("button", { name: "Close (X)" }).waitFor();
  await page.keyboard.press("b");
  await until("it is with somebody", async () => (await shown(page)).length === flood.size - 1);
  await end(flood);
});

interface Alerts {
  items: { id: string; holder?: { name: string }; fault?: { owner: string; due_at: string; interim: string } }[];
}

test("a technical alert becomes a fault that somebody owns; the hand-over shows all that is open, prints on white, and one step gives my cases away", async () => {
  const elm = await home("12 Elm Row");
  const [oak, ash, rose] = [await home(LONG), await home(ARABIC, "فاطمة الزهراء"), await home("3 Rose Hill")];
  await oak.say("events", "battery_low", "pendant-1");
  const olga = await signedIn("olga");
  const { page } = olga;

  // The fault, from the case of the technical alert.
  await page.getByText("Technical (1)").click();
  await page.getByRole("link", { name: /battery/i }).click();
  await page.getByRole("button", { name: "Somebody sees to it (F)" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Who: a person or a firm").fill("North Engineers");
  await dialog.getByLabel("Until then").fill("The neighbour looks in at nine and six.");
  await dialog.getByLabel(/By when/).fill("2020-01-01T09:00");
  await dialog.getByRole("button", { name: "Leave it with them" }).click();
  await dialog.getByText(/past/).waitFor();
  await dialog.getByLabel(/By when/).fill("");
  expect(await dialog.getByRole("button", { name: "Leave it with them" }).isDisabled()).toBe(true);
  const due = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
  await dialog.getByLabel(/By when/).fill(due);
  const faultLook = await olga.inspect("fault");
  await dialog.getByRole("button", { name: "Leave it with them" }).click();
  await page.getByRole("region", { name: "Fault" }).getByText(/North Engineers sees to it by/).waitFor();
  const { items } = await service.get<Alerts>("/alerts?queue=technical");
  expect(items[0]?.fault).toMatchObject({ owner: "North Engineers", interim: "The neighbour looks in at nine and six." });
  const wall = new Date(items[0]?.fault?.due_at ?? 0).toLocaleString("sv-SE", { timeZone: "Europe/London" });
  expect(wall, "as the wall of the home shows it").toBe(`${due.replace("T", " ")}:00`);

  // Two cases and a parked one are mine, one waits.
  await dialog.waitFor({ state: "hidden" });
  await page.keyboard.press("b");
  await page.getByRole("heading", { name: "Queue", level: 1 }).waitFor();
  for (const [gateway, name] of [[elm, "12 Elm Row"], [ash, ARABIC]] as const) {
    await gateway.press();
    await olga.line(name).getByRole("button", { name: "Accept" }).click();
    await page.getByRole("button", { name: "Close (X)" }).waitFor();
    if (gateway === ash) {
      await page.keyboard.press("h");
      await dialog.getByLabel("Reason").fill("Her daughter is on the way.");
      await dialog.getByRole("button", { name: "Hold (H)" }).click();
      await dialog.waitFor({ state: "hidden" });
    }
    await page.keyboard.press("b");
    await page.getByRole("heading", { name: "Queue", level: 1 }).waitFor();
  }
  await rose.press();

  await goTo(page, "Hand-over", "Hand-over");
  const section = (name: string) => page.getByRole("region", { name, exact: true });
  await section("Waiting for somebody").getByText("3 Rose Hill").waitFor();
  await section("With somebody").getByText("12 Elm Row").waitFor();
  await section("Parked").getByText(/Her daughter is on the way/).waitFor();
  for (const words of ["North Engineers", "The neighbour looks in at nine and six."]) await section("Faults").getByText(words).waitFor();
  await section("Silent homes").getByText("Every home is heard.").waitFor();
  await section("My cases").getByText(/No other operator is present/).waitFor();
  const found = [...faultLook, ...(await look(olga, "handover"))];

  // On paper: black on white, without the menu, and nothing to press.
  await page.emulateMedia({ media: "print" });
  const paper = await page.evaluate(() => {
    const seen = (selector: string) => [...document.querySelectorAll(selector)].some((each) => each.checkVisibility());
    const body = getComputedStyle(document.body);
    return { scheme: document.documentElement.dataset.mantineColorScheme, colour: body.color, ground: body.backgroundColor, menu: seen("nav") || seen("header"), buttons: seen("main button") };
  });
  expect(paper).toEqual({ scheme: "dark", colour: "rgb(0, 0, 0)", ground: "rgb(255, 255, 255)", menu: false, buttons: false });
  const pages = (await page.pdf({ format: "A4" })).toString("latin1").match(/\/Type \/Page\b/g)?.length;
  expect(pages, "one page for so little").toBe(1);
  await page.screenshot({ path: new URL("../screenshots/handover-print.png", import.meta.url).pathname, fullPage: true });
  await page.emulateMedia({ media: null });

  const otto = await signedIn("otto");
  const mine = section("My cases");
  await mine.getByLabel("To", { exact: true }).selectOption({ label: "Person otto" });
  await mine.getByLabel("What to know (goes into each case)").fill("Both were told that the shift changes.");
  await mine.getByRole("button", { name: "Hand over all my 2 cases" }).click();
  await mine.getByText(/2 cases are with Person otto since/).waitFor();
  const aloud = await mine.getByRole("status").getByRole("listitem").allTextContents();
  expect(aloud.length, "the list to read aloud").toBe(2);
  for (const words of ["12 Elm Row", "Ada Byron", ARABIC, "parked until"]) expect(aloud.join(" ")).toContain(words);
  await mine.getByText("You have no case.").waitFor();
  const held = await service.get<Alerts>("/alerts?queue=care");
  expect(held.items.map((alert) => alert.holder?.name ?? "nobody").sort()).toEqual(["Person otto", "Person otto", "nobody"]);
  await otto.line("12 Elm Row").getByText("Yours").waitFor();
  await otto.page.getByRole("link", { name: /pendant/i }).nth(1).click();
  await otto.page.getByText(/Both were told that the shift changes/).waitFor();
  expect(found).toEqual([]);
});

test("the wall board shows how the room stands by a token of its own, says when it is not live, and comes back by itself", async () => {
  const elm = await home("12 Elm Row");
  const secret = service.cli(["token", "add", "--name", "wall", "--role", "viewer"]);
  const wall = await Window.open(browser, service, { width: 1920, height: 1080 });
  windows.push(wall);
  const { page } = wall;
  await page.goto(`${service.url}/wall`);
  await page.getByLabel("Token of this screen").fill("hk_nonsense");
  await page.getByRole("button", { name: "Show the board" }).click();
  await page.getByText(/not known or was revoked/).waitFor();
  const found = await wall.inspect("wall-sign-in");
  await page.getByLabel("Token of this screen").fill(secret);
  await page.getByRole("button", { name: "Show the board" }).click();
  await page.getByText("Nobody is waiting.").waitFor();
  const section = (name: string) => page.getByRole("region", { name, exact: true });
  await section("Operators present").getByText("Nobody!").waitFor();
  await section("Today").getByText("no calls yet").first().waitFor();
  await section("Silent homes").getByText("All are heard.").waitFor();
  found.push(...(await look(wall, "wall-0")));
  await page.setViewportSize({ width: 1920, height: 1080 });

  await elm.press();
  await section("Waiting longest").getByText("12 Elm Row · Newtown").waitFor();
  await section("Open").getByText("1 waiting").waitFor();
  expect(await page.getByText("Ada Byron").count(), "no resident is named on the wall").toBe(0);
  const olga = await signedIn("olga");
  await olga.page.getByRole("button", { name: "Accept", exact: true }).click();
  await olga.page.getByRole("button", { name: "Close (X)" }).waitFor();
  await section("Open").getByText("1 with somebody").waitFor();
  await section("Operators present").getByText("Person olga").waitFor();
  await section("Today").getByText(/1 of 1/).first().waitFor();
  expect(await section("Today").getByText("100 %").count()).toBe(2);

  // It is legible from afar and fits, with more than fits and with long names.
  gateways.push(...(await service.homes([LONG, ARABIC, ...Array.from({ length: 7 }, (_, n) => `${n} Oak Lane`)])));
  for (const gateway of gateways.slice(1)) await gateway.press();
  await page.getByText("and 3 more").waitFor();
  found.push(...(await look(wall, "wall-9")));
  await page.setViewportSize({ width: 1920, height: 1080 });
  // A long wait and an uneven share keep to their places too.
  const pushed = await page.evaluate(() => {
    const put = (selector: string, text: string) => {
      const field = document.querySelector(selector);
      if (field === null) throw new Error(selector);
      field.textContent = text;
      return field.scrollWidth - field.clientWidth;
    };
    return [put("[data-alert] [data-over]", "59:59"), put("[data-met] span", "97.4 %")];
  });
  expect(pushed).toEqual([0, 0]);
  const small = await page.locator("main :not(nav, nav *)").evaluateAll((all) =>
    all.filter((each) => each.childElementCount === 0 && each.textContent.trim() !== "" && parseFloat(getComputedStyle(each).fontSize) < 28).map((each) => each.textContent),
  );
  expect(small, "letters that nobody reads from five metres").toEqual([]);

  await service.way.cut();
  await page.getByText(/NOT LIVE\. This picture is/).waitFor();
  await elm.press();
  await service.way.mend();
  await page.getByText(/NOT LIVE/).waitFor({ state: "hidden" });
  await page.reload();
  await section("Waiting longest").getByText("and 3 more").waitFor();

  // Its token is taken away: it says so, and shows nothing.
  const tokens = await service.get<{ items: { id: string; name: string }[] }>("/tokens?limit=100");
  await service.delete(`/tokens/${tokens.items.find((token) => token.name === "wall")?.id ?? ""}`);
  await page.getByText(/The token of this screen is no longer known/).waitFor();
  expect(await page.getByText("12 Elm Row").count()).toBe(0);
  found.push(...(await wall.inspect("wall-revoked")));
  expect(found).toEqual([]);
});

test("homes lost together are one incident: who is looked after first, what came of it, and the closing in bulk", async () => {
  const names = ["1 Elm Row", "2 Elm Row", ARABIC, LONG, "5 Elm Row"];
  gateways.push(...(await service.homes(names, { call_back: "tel:+441632960001" })));
  await service.post("/residents", { home: gateways[1]?.home, name: "Grace Hopper", vulnerability: "high" });
  const olga = await signedIn("olga");
  const { page } = olga;
  await goTo(page, "Incidents", "Incidents");
  await page.getByText("No incident is open.").waitFor();
  await page.getByText("There was none.").waitFor();
  const found = await look(olga, "incidents-0");
  for (const gateway of gateways) await gateway.say("events", "mains_lost", "mains");
  interface Incidents {
    items: { id: string }[];
  }
  const id = await until("an incident", async () => (await service.get<Incidents>("/incidents")).items[0]?.id);
  await page.getByLabel("Show").selectOption("all");
  await page.getByRole("link", { name: "Newtown" }).click();
  const rows = page.getByRole("region", { name: /Whom to look after/ }).getByRole("listitem");
  await until("all five", async () => (await rows.count()) === 5);
  await rows.first().getByText("Grace Hopper").waitFor();
  found.push(...(await look(olga, "incident")));

  await rows.first().getByLabel("Note: 2 Elm Row").fill("Her machine runs on its battery.");
  await page.getByRole("button", { name: "2 Elm Row: Needs help" }).click();
  await page.getByText("A care alert was raised for 2 Elm Row.").waitFor();
  await until("a care alert", async () => (await service.get<Alerts>("/alerts?queue=care")).items.length === 1);
  await page.getByRole("button", { name: "1 Elm Row: Well" }).click();
  await page.getByRole("button", { name: "5 Elm Row: No answer" }).click();
  await page.getByText(/No answer: Person olga/).waitFor();
  const settled = page.getByRole("region", { name: "Settled" });
  await settled.getByText("Her machine runs on its battery.").waitFor();
  await settled.getByText("1 Elm Row", { exact: true }).waitFor();
  expect(await rows.count(), "no answer stays on the list").toBe(3);
  await page.getByRole("button", { name: "Close what is settled" }).click();
  await page.getByText(/2 alerts were closed\. 3 homes still wait\./).waitFor();
  for (const name of [ARABIC, LONG, "5 Elm Row"]) await page.getByRole("button", { name: `${name}: Away` }).click();
  await page.getByText(/Nobody waits any more/).waitFor();
  await page.getByRole("button", { name: "Close what is settled" }).click();
  await page.getByText(/The incident is over/).waitFor();
  const whole = await service.get<{ closed_at: string | null }>(`/incidents/${id}`);
  expect(whole.closed_at).not.toBeNull();
  expect(found).toEqual([]);
});
