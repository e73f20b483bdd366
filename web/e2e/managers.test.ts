// What managers look after, in a real browser: rules and their backtests, rotas, escalation policies.

import type { Browser, Page } from "playwright-core";
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
  service.person("mia", "manager");
});
afterEach(async () => {
  const faults = windows.flatMap((window) => window.quiet());
  for (const window of windows.splice(0)) await window.close();
  for (const gateway of gateways.splice(0)) await gateway.end();
  await service.stop();
  expect(faults, "errors of scripts and breaches of the page's policy").toEqual([]);
});

async function signedIn(login: string): Promise<Window> {
  const window = await Window.open(browser, service);
  windows.push(window);
  await window.signIn(login);
  return window;
}

/** By the menu, as people go. */
async function goTo(page: Page, name: string, heading: string): Promise<void> {
  await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { name: heading, level: 1 }).waitFor();
}

async function fitsSideways(page: Page, what: string): Promise<void> {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, `${what} scrolls sideways`).toBe(0);
}

interface Items<T> {
  items: T[];
}
interface WholeRule {
  priority: number;
  shadow: boolean;
  revision: number;
  rule: Record<string, unknown>;
}
interface Rota {
  id: string;
  name: string;
  overrides: { n: number; from: string; until: string; person: string | null; reason: string }[];
  layers: { name: string; persons: string[] }[];
}
interface Policy {
  id: string;
  name: string;
  version: number;
  steps: { after_s: number; targets: Record<string, unknown>[] }[];
}

test("a manager reads a rule, is refused in words, makes a revision and puts it in force", async () => {
  const mia = await signedIn("mia");
  const { page } = mia;
  await goTo(page, "Rules", "Rules");
  const found = await mia.inspect("rules");
  await page.getByLabel("Filter by name or words").fill("battery low");
  await page.getByRole("link", { name: "Battery low", exact: true }).click();
  await page.getByRole("heading", { name: "Battery low", level: 1 }).waitFor();
  await page.getByRole("heading", { name: "When it raises" }).waitFor();
  await page.keyboard.press("e");
  const text = page.getByLabel("The rule (JSON)");
  const begun = JSON.parse(await text.inputValue()) as Record<string, unknown>;
  await text.fill('{ "id": ');
  await page.getByText(/This is not JSON/).waitFor();
  expect(await page.getByRole("button", { name: "Make a revision" }).isDisabled()).toBe(true);
  await text.fill(JSON.stringify({ ...begun, priority: 9 }, null, 2));
  await page.getByLabel("Reason").fill("Batteries wait too long");
  await page.getByRole("button", { name: "Make a revision" }).click();
  const refusal = page.getByRole("form", { name: "Change the rule" }).getByRole("alert");
  await refusal.getByText(/priority/).waitFor();
  expect(await text.inputValue(), "what was typed stays").toContain('"priority": 9');
  found.push(...(await mia.inspect("rule-refused")));
  await text.fill(JSON.stringify({ ...begun, priority: 3 }, null, 2));
  await page.getByLabel(/In shadow first/).check();
  expect(await text.inputValue()).toContain('"shadow": true');
  await page.getByRole("button", { name: "Make a revision" }).click();
  await page.getByText(/Nothing has changed at the homes/).waitFor();
  const before = await service.get<WholeRule>("/rules/battery_low");
  expect([before.priority, before.shadow], "a revision changes nothing by itself").toEqual([4, false]);
  await page.getByRole("button", { name: /Put revision \d+ in force/ }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("Looked at with the night team");
  await page.getByRole("dialog").getByRole("button", { name: "Put in force" }).click();
  const after = await until("the rule is in force", async () => {
    const rule = await service.get<WholeRule>("/rules/battery_low");
    return rule.priority === 3 && rule;
  });
  expect(after.shadow).toBe(true);
  await page.getByRole("heading", { name: "What it would have raised (shadow)" }).waitFor();
  await page.getByText("Nothing was recorded in this time.").waitFor();
  await page.getByRole("link", { name: "Revisions" }).click();
  await page.getByRole("cell", { name: "Batteries wait too long" }).waitFor();
  await page.getByRole("row").filter({ hasText: "Batteries wait too long" }).getByText("In force").waitFor();
  found.push(...(await mia.inspect("revisions")));
  expect(found).toEqual([]);
});

test("what a rule in shadow would have raised is listed, and a rule is removed with a reason", async () => {
  const rule = await service.get<WholeRule>("/rules/battery_low");
  await service.put("/rules/battery_low", { rule: { ...rule.rule, shadow: true }, reason: "To look at it", activate: true });
  const elm = await service.home("بيت السيدة فاطمة الزهراء");
  gateways.push(elm);
  await elm.say("events", "battery_low", "pir-1");
  await until("it is recorded", async () => (await service.get<Items<unknown>>("/rules/battery_low/shadow")).items.length === 1);
  const mia = await signedIn("mia");
  const { page } = mia;
  await goTo(page, "Rules", "Rules");
  await page.getByLabel("In shadow only").check();
  await page.getByRole("link", { name: "Battery low", exact: true }).click();
  await page.getByText("1 raised; different matters: 1, homes: 1").waitFor();
  await page.getByRole("cell", { name: "بيت السيدة فاطمة الزهراء" }).waitFor();
  const found = await mia.inspect("shadow");
  await page.setViewportSize({ width: 390, height: 844 });
  found.push(...(await mia.inspect("shadow-390")));
  await fitsSideways(page, "the rule");
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByLabel("Reason").fill("The maker's own service looks after batteries");
  await page.getByRole("button", { name: "Make a revision without it" }).click();
  await page.getByText(/Nothing has changed at the homes/).waitFor();
  const made = (await service.get<Items<{ active: boolean; reason: string }>>("/rules/revisions")).items[0];
  expect(made).toMatchObject({ active: false, reason: "The maker's own service looks after batteries" });
  expect(found).toEqual([]);
});

test("a backtest over what was published shows its numbers", async () => {
  const elm = await service.home("12 Elm Row");
  gateways.push(elm);
  await elm.say("events", "door_opened", "front-door");
  await elm.say("events", "door_opened", "back-door");
  await elm.say("events", "battery_low", "pir-1");
  await until("they are stored", async () => (await service.get<Items<unknown>>(`/homes/${elm.home}/events`)).items.length >= 3);
  const mia = await signedIn("mia");
  const { page } = mia;
  await goTo(page, "Rules", "Rules");
  await page.getByRole("link", { name: "Backtest" }).click();
  await page.getByText("A rule, as written below").click();
  const rule = { id: "door_each", title: "Door opened", subject: "device", on: { kinds: ["door_opened"] }, condition: "each", queue: "care", priority: 3, instructions: ["Ask whether all is well."] };
  await page.getByLabel("The rule (JSON)").fill(JSON.stringify(rule, null, 2));
  await page.getByLabel("Only these homes").fill("Elm");
  await page.getByRole("button", { name: "+ 12 Elm Row" }).click();
  await page.getByRole("button", { name: "Run" }).click();
  const result = page.getByRole("region", { name: "Result", exact: true });
  await result.waitFor();
  const days = page.getByRole("region", { name: "More and fewer alerts by day" }).first();
  await days.getByRole("img").waitFor();
  const numbers = async (name: string) => page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) }).getByRole("cell").allTextContents();
  expect(await numbers("door_each")).toEqual(["door_each", "0", "2", "2", "0", "0", "0"]);
  expect((await numbers("battery_low")).slice(0, 4)).toEqual(["battery_low", "1", "1", "0"]);
  const rows = await days.getByRole("row").allTextContents();
  expect(await page.getByRole("link", { name: "gateway_silent" }).count(), "what is to come is not played").toBe(0);
  expect(rows.length, "a fortnight and its head").toBe(15);
  expect(rows.at(-1), "today").toMatch(/200$/);
  expect(await page.getByText("12 Elm Row").count()).toBeGreaterThan(0);
  const found = await mia.inspect("backtest");
  await result.getByText("Alerts by rule").first().scrollIntoViewIfNeeded();
  found.push(...(await mia.inspect("backtest-result")));
  await page.setViewportSize({ width: 390, height: 844 });
  found.push(...(await mia.inspect("backtest-390")));
  await fitsSideways(page, "the backtest");
  await page.getByLabel(/^From/).fill("2010-01-01");
  await page.getByRole("button", { name: "Run" }).click();
  await page.getByRole("alert").getByText(/3,000 days/).waitFor();
  expect(await result.isVisible(), "the result before stays").toBe(true);
  expect(found).toEqual([]);
});

async function aRota(people: string[]): Promise<string> {
  for (const login of people) service.person(login, "responder");
  const users = (await service.get<Items<{ id: string; login: string }>>("/users")).items;
  const persons = people.map((login) => users.find((user) => user.login === login)?.id ?? "");
  const organisation = (await service.get<Items<{ id: string }>>("/organisations")).items[0]?.id ?? "";
  const layer = { name: "Days", persons, starts_at: "2026-01-05T09:00:00Z", hand_over: { every: "days", at: "09:00" }, windows: [{ days: [], from: "08:00", to: "20:00" }] };
  return (await service.post<{ id: string }>("/rotas", { organisation, name: "Responders north", zone: "Europe/London", layers: [layer] })).id;
}

test("a rota stands as a calendar, its gaps stand out, and an override is added and withdrawn", async () => {
  const id = await aRota(["anna", "bo"]);
  const mia = await signedIn("mia");
  const { page } = mia;
  await goTo(page, "Rotas", "Rotas");
  await page.getByRole("link", { name: "Responders north" }).click();
  const calendar = page.getByRole("region", { name: "Calendar" });
  await calendar.getByRole("button", { name: /^Person anna / }).first().waitFor();
  expect(await calendar.getByRole("button", { name: /^Nobody (from|until|\d)/ }).count(), "nights have nobody").toBeGreaterThan(6);
  const found = await mia.inspect("rota-week");
  await page.keyboard.press("o");
  const form = page.getByRole("form", { name: "New override" });
  await form.getByLabel("Who is on call").selectOption({ label: "Person bo" });
  await form.getByLabel("From").fill("2030-07-01T20:00");
  await form.getByLabel("Until").fill("2030-07-01T08:00");
  await form.getByLabel("Reason").fill("The night of the fair");
  await form.getByRole("button", { name: "Add the override" }).click();
  await form.getByText(/must be later than/).first().waitFor();
  expect(await form.getByLabel("Reason").inputValue(), "what was typed stays").toBe("The night of the fair");
  found.push(...(await mia.inspect("rota-refused")));
  await form.getByLabel("Until").fill("2030-07-02T08:00");
  await form.getByRole("button", { name: "Add the override" }).click();
  await page.getByRole("region", { name: "Overrides" }).getByText("The night of the fair").waitFor();
  const made = (await service.get<Rota>(`/rotas/${id}`)).overrides;
  expect(made.map((each) => [each.from.slice(0, 16), each.until.slice(0, 16)]), "by the clocks of the zone, an hour ahead in July").toEqual([["2030-07-01T19:00", "2030-07-02T07:00"]]);
  await page.getByText("Month", { exact: true }).click();
  await calendar.getByRole("button", { name: /^\d\d:\d\d Person bo, / }).first().waitFor();
  found.push(...(await mia.inspect("rota-month")));
  await page.setViewportSize({ width: 390, height: 844 });
  found.push(...(await mia.inspect("rota-month-390")));
  await fitsSideways(page, "the month");
  await page.getByText("Week", { exact: true }).click();
  found.push(...(await mia.inspect("rota-week-390")));
  await fitsSideways(page, "the week");
  await page.getByRole("button", { name: "Withdraw override 1" }).click();
  await page.getByText("No override runs or lies ahead.").waitFor();
  expect((await service.get<Rota>(`/rotas/${id}`)).overrides).toEqual([]);
  expect(found).toEqual([]);
});

test("a gap is filled from the calendar, the rota is changed, and its versions are kept", async () => {
  const id = await aRota(["anna", "bo"]);
  const mia = await signedIn("mia");
  const { page } = mia;
  await page.goto(`${service.url}/rotas/${id}`);
  const calendar = page.getByRole("region", { name: "Calendar" });
  await page.getByRole("button", { name: "Later" }).click();
  await calendar.getByRole("button", { name: /^Nobody (from|until|\d)/ }).nth(1).click();
  const form = page.getByRole("form", { name: "New override" });
  await form.getByLabel("Who is on call").selectOption({ label: "Person anna" });
  await form.getByLabel("Reason").fill("Holds the night");
  await form.getByRole("button", { name: "Add the override" }).click();
  await calendar.getByRole("button", { name: /^Person anna · override/ }).first().waitFor();
  await page.keyboard.press("e");
  const edit = page.getByRole("form", { name: "Change the rota" });
  await edit.getByLabel("Person bo earlier").click();
  await edit.getByLabel("Name of the layer").fill("Days by turns");
  const found = await mia.inspect("rota-form");
  await page.setViewportSize({ width: 390, height: 844 });
  found.push(...(await mia.inspect("rota-form-390")));
  await fitsSideways(page, "the form of the rota");
  const before = await service.get<Rota>(`/rotas/${id}`);
  await edit.getByRole("button", { name: "Save the rota" }).click();
  await edit.waitFor({ state: "hidden" });
  const after = await service.get<Rota>(`/rotas/${id}`);
  expect(after.layers[0]).toMatchObject({ name: "Days by turns", persons: [...(before.layers[0]?.persons ?? [])].reverse() });
  expect(after.overrides.length, "overrides stay").toBe(1);
  await page.getByRole("button", { name: "Swap two shifts" }).click();
  const swap = page.getByRole("form", { name: "Swap two shifts" });
  await swap.getByRole("option", { name: /^Person bo: / }).first().waitFor({ state: "attached" });
  const shifts = await swap.getByLabel("One shift").getByRole("option").allTextContents();
  for (const [field, who] of [["One shift", "anna"], ["The other shift", "bo"]] as const) await swap.getByLabel(field).selectOption({ label: shifts.filter((each) => each.startsWith(`Person ${who}: `)).at(-2) ?? "" });
  await swap.getByLabel("Reason").fill("A wedding");
  await swap.getByRole("button", { name: "Swap", exact: true }).click();
  await page.getByRole("region", { name: "Overrides" }).getByText("A wedding").first().waitFor();
  expect((await service.get<Rota>(`/rotas/${id}`)).overrides.map((each) => each.reason)).toEqual(["Holds the night", "A wedding", "A wedding"]);
  await page.getByText("Versions", { exact: true }).click();
  await page.getByRole("region", { name: "Version 1", exact: true }).waitFor();
  expect(found).toEqual([]);
});

test("an escalation policy is read in words and changed", async () => {
  const mia = await signedIn("mia");
  const { page } = mia;
  await goTo(page, "Escalation", "Escalation policies");
  const care = (await service.get<Policy>("/escalation-policies/care"));
  const found = await mia.inspect("escalation");
  await page.getByRole("button", { name: `Change ${care.name}`, exact: true }).click();
  const form = page.getByRole("form", { name: "Change the policy" });
  await form.getByLabel("Seconds after the alert came").fill("45");
  await form.getByLabel("Repeat the last step every (seconds)").fill("5");
  await form.getByRole("button", { name: "Add a step" }).click();
  await form.getByRole("button", { name: "Save the policy" }).click();
  await form.getByText(/must be 30 to/).waitFor();
  found.push(...(await mia.inspect("escalation-form")));
  await page.setViewportSize({ width: 390, height: 844 });
  found.push(...(await mia.inspect("escalation-form-390")));
  await fitsSideways(page, "the form of the policy");
  await form.getByLabel("Repeat the last step every (seconds)").fill("90");
  await form.getByRole("button", { name: "Save the policy" }).click();
  await page.getByText("After 45 s").waitFor();
  const after = await service.get<Policy>("/escalation-policies/care");
  expect(after.steps[0]?.after_s).toBe(45);
  expect(after.steps.length).toBe(care.steps.length + 1);
  expect(after.version).toBe(care.version + 1);
  expect(found).toEqual([]);
});
