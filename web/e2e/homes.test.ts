// Homes in a real browser: found, entered, installed, their plan changed, away set and ended; against the real binary with a real MQTT client.

import mqtt from "mqtt";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { launch, Window } from "./browser.ts";
import { type Gateway, Service, until } from "./service.ts";

let browser: Browser;
let service: Service;
const windows: Window[] = [];
const gateways: Gateway[] = [];

// One server for all: each test has homes of its own.
beforeAll(async () => {
  browser = await launch();
  service = await Service.start();
  service.person("mia", "manager");
  service.person("olga", "operator");
});
afterAll(async () => {
  await service.stop();
  await browser.close();
});
afterEach(async () => {
  const faults = windows.flatMap((window) => window.quiet());
  for (const window of windows.splice(0)) await window.close();
  for (const gateway of gateways.splice(0)) await gateway.end();
  expect(faults, "errors of scripts and breaches of the page's policy").toEqual([]);
});

const ARABIC = "بيت السيدة فاطمة الزهراء";
const LONG = "The Old Rectory, formerly Saint Bartholomew and All Angels Home for Retired Seafarers and their Dependants, upper floor";

async function signedIn(login: string): Promise<Window> {
  const window = await Window.open(browser, service);
  windows.push(window);
  await window.signIn(login);
  await window.page.getByRole("navigation").getByRole("link", { name: "Homes", exact: true }).click();
  await window.page.getByRole("heading", { name: "Homes", level: 1 }).waitFor();
  return window;
}

async function home(name: string, resident?: string): Promise<Gateway> {
  const gateway = await service.home(name, resident);
  gateways.push(gateway);
  return gateway;
}

async function part(page: Page, name: string): Promise<void> {
  await page.getByRole("navigation", { name: "Parts of the record" }).getByRole("link", { name, exact: true }).click();
}

/** What axe finds and what scrolls sideways, at the width of a desk and of a telephone. */
async function looked(window: Window, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const [width, height] of [[1366, 768], [390, 844]] as const) {
    await window.page.setViewportSize({ width, height });
    found.push(...(await window.inspect(`${name}-${width}`)));
    const wide = await window.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) found.push(`${name} scrolls sideways by ${wide} at ${width}`);
  }
  await window.page.setViewportSize({ width: 1366, height: 768 });
  return found;
}

interface Items<T> {
  items: T[];
}
interface Plan {
  version: number;
  overrides: Record<string, number | string>;
  details: Record<string, { reason: string; until?: string }>;
}
interface State {
  installation: { complete: boolean };
  excuses: { kind: string; until: string; reason: string | null }[];
}

test("homes are found by name, resident, address, telephone number and gateway, and the address keeps what was looked for", async () => {
  const gateway = await home("7 Findable Close", "Odette Findling");
  await home(ARABIC, "فاطمة الزهراء بنت محمد");
  await home(LONG, "Wilhelmina Maximiliana Featherstonehaugh-Cholmondeley of Mousehole and Penzance");
  const mia = await signedIn("mia");
  const { page } = mia;
  const search = page.getByLabel("Search");
  const named = (name: string) => page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
  const id = (await service.get<Items<{ id: string }>>(`/gateways?home=${gateway.home}`)).items[0]?.id ?? "";
  for (const typed of ["findable", "odette", id]) {
    await search.fill("");
    await named(ARABIC).waitFor();
    await search.fill(typed);
    await named(ARABIC).waitFor({ state: "detached" });
    await named("7 Findable Close").waitFor();
  }
  await search.fill("01632 960 002");
  await named(ARABIC).waitFor();
  await search.fill("nobody lives here");
  await page.getByText("No home is found.").waitFor();
  await search.fill("elm row");
  await named(LONG).waitFor();
  expect(page.url()).toContain("q=elm");
  const found = await looked(mia, "homes");
  await page.reload();
  await named(ARABIC).waitFor();
  expect(await search.inputValue()).toBe("elm row");
  await named(ARABIC).getByRole("link").click();
  await page.getByRole("heading", { name: ARABIC, level: 1 }).waitFor();
  expect(found).toEqual([]);
});

test("a new home with a resident and sensors is being installed until its sensors were heard", async () => {
  const mia = await signedIn("mia");
  const { page } = mia;
  await page.getByRole("button", { name: "New home (N)" }).click();
  const form = page.getByRole("form", { name: "New home" });
  await form.locator("input[name=name]").fill("3 New Lane");
  await form.getByLabel("Time zone").fill("Europe/Atlantis");
  await form.getByLabel("Telephone to speak to the home").fill("01632 960 777");
  await form.getByRole("button", { name: "Enter the home" }).click();
  await form.getByText(/is not an IANA time zone/).waitFor();
  expect(await form.getByLabel("Time zone").getAttribute("aria-invalid")).toBe("true");
  const found = await looked(mia, "home-form");
  await form.getByLabel("Time zone").fill("Europe/London");
  await form.getByLabel("Code of the key safe").fill("C1945");
  await form.getByRole("button", { name: "Enter the home" }).click();
  await page.getByRole("heading", { name: "3 New Lane", level: 1 }).waitFor();
  await page.getByText("No gateway is registered here.").first().waitFor();
  expect(await page.getByText("01632960777").count()).toBeGreaterThan(0);
  expect(await page.content(), "the code goes in and never comes out").not.toContain("C1945");

  await part(page, "People");
  await page.getByRole("button", { name: "Add a resident" }).click();
  const resident = page.getByRole("form", { name: "New resident" });
  await resident.getByLabel("Full name").fill(ARABIC);
  await resident.getByLabel("Hearing").fill("Deaf on the left");
  await resident.getByLabel("How much depends on their alarm").selectOption("high");
  await resident.getByRole("button", { name: "Save the resident" }).click();
  await page.getByRole("article", { name: ARABIC }).getByText("Deaf on the left").waitFor();
  await page.getByRole("button", { name: "Add a contact" }).click();
  const contact = page.getByRole("form", { name: "New contact" });
  await contact.locator("input[name=name]").fill("Nora Neighbour");
  await contact.getByLabel("Telephone").fill("01632 960 009");
  await contact.getByLabel("Calling order").fill("5000");
  await contact.getByRole("button", { name: "Save the contact" }).click();
  await contact.getByText(/must lie between 0 and 1000/).waitFor();
  await contact.getByLabel("Calling order").fill("5");
  await contact.getByLabel("Has a key").check();
  await contact.getByRole("button", { name: "Save the contact" }).click();
  await page.getByRole("link", { name: "01632 960 009" }).waitFor();
  found.push(...(await looked(mia, "home-people")));

  await part(page, "Equipment");
  await page.getByRole("button", { name: "Register a gateway" }).click();
  await page.getByRole("form", { name: "Register a gateway" }).locator("input[name=id]").fill("new-lane-hub");
  await page.getByRole("form", { name: "Register a gateway" }).getByRole("button", { name: "Register", exact: true }).click();
  const secret = await page.getByLabel("Secret", { exact: true }).inputValue();
  expect(secret.length).toBeGreaterThan(20);
  found.push(...(await looked(mia, "home-secret")));
  await page.getByRole("button", { name: "I have copied it" }).click();
  expect(await page.getByText(secret).count() + await page.getByLabel("Secret", { exact: true }).count(), "shown once").toBe(0);
  for (const [room, address] of [["Bedroom", "bed"], ["Hall", "door"]] as const) {
    await page.getByRole("button", { name: "Add a device" }).click();
    const device = page.getByRole("form", { name: "New device" });
    await device.getByLabel("Address").fill(address);
    await device.getByLabel("Room").fill(room);
    await device.getByRole("button", { name: "Save the device" }).click();
    await device.waitFor({ state: "detached" });
  }
  const missing = (text: string) => page.getByRole("listitem").filter({ hasText: text });
  for (const text of ["Gateway new-lane-hub was never heard", "Bedroom was never heard", "Hall was never heard"]) await missing(text).waitFor();
  await until("each row says so", async () => (await page.getByText("Never heard", { exact: true }).count()) === 3);
  found.push(...(await looked(mia, "home-installing")));

  const client = await mqtt.connectAsync(service.mqttUrl, { username: "new-lane-hub", password: secret, clientId: "new-lane-hub" });
  const say = (id: string, kind: string, device: string) => client.publishAsync("telecare/v1/new-lane-hub/events", JSON.stringify({ id, kind, device, at: new Date().toISOString() }), { qos: 1 });
  await say("1", "bed_entered", "bed");
  await missing("Bedroom was never heard").waitFor({ state: "detached" });
  await missing("Hall was never heard").waitFor();
  await page.getByText("Being installed", { exact: true }).waitFor();
  const { id } = (await service.get<Items<{ id: string }>>("/homes?q=New+Lane&installing=true")).items[0] ?? { id: "" };
  expect((await service.get<State>(`/homes/${id}/state`)).installation.complete).toBe(false);
  await say("2", "door_opened", "door");
  await page.getByText("This home is being installed").waitFor({ state: "detached" });
  expect(await page.getByText("Being installed", { exact: true }).count()).toBe(0);
  await client.endAsync();
  await part(page, "Now");
  await page.getByText(/In bed \(Bedroom\) since/).waitFor();
  await page.getByText(/Last sign of life: door opened \(Hall\)/).waitFor();
  found.push(...(await looked(mia, "home-now")));
  expect(found).toEqual([]);
});

test("a setting is refused in the server's words, then in force with its reason, then taken back", async () => {
  const gateway = await home("9 Plan Street", LONG);
  await gateway.say("events", "motion", "pir-1");
  const mia = await signedIn("mia");
  const { page } = mia;
  await page.goto(`${service.url}/homes/${gateway.home}?part=plan`);
  await page.getByLabel("Find a setting").fill("bed_not_returned.minutes");
  const row = page.locator("[data-setting='bed_not_returned.minutes']");
  await row.getByText(/\(Default\)/).waitFor();
  await row.getByRole("button", { name: "Change bed_not_returned.minutes" }).click();
  const dialog = page.getByRole("dialog");
  const value = dialog.getByLabel(/^New value/);
  await value.fill("100000");
  await dialog.getByLabel("Reason").fill("Walks slowly since the fall");
  await dialog.getByRole("button", { name: "Put in force" }).click();
  await dialog.getByText(/out of bounds/).waitFor();
  expect(await value.getAttribute("aria-invalid")).toBe("true");
  expect(await dialog.getByLabel("Reason").inputValue(), "what was typed stays").toBe("Walks slowly since the fall");
  const found = await looked(mia, "plan-refused");
  expect((await service.get<Plan>(`/homes/${gateway.home}/plan`)).version, "nothing of it holds").toBe(0);
  await value.fill("40");
  await dialog.getByLabel("Holds until").fill("2030-07-01T12:00");
  await dialog.getByRole("button", { name: "Put in force" }).click();
  await dialog.waitFor({ state: "detached" });
  await row.getByText("40 min").waitFor();
  for (const text of ["(Home)", "“Walks slowly since the fall”", /set by Person mia/, /until Mon 1 Jul, 12:00/]) await row.getByText(text).waitFor();
  const plan = await service.get<Plan>(`/homes/${gateway.home}/plan`);
  expect(plan.overrides).toEqual({ "bed_not_returned.minutes": 40 });
  expect(plan.details["bed_not_returned.minutes"]).toMatchObject({ reason: "Walks slowly since the fall", until: "2030-07-01T11:00:00Z" });
  found.push(...(await looked(mia, "plan")));

  // A device of its own: nearer than the home, and the home's value stays what it falls back to.
  await page.getByLabel("Whose settings").selectOption({ label: "pir-1" });
  await page.getByLabel("Find a setting").fill("bed_not_returned.minutes");
  await row.getByText("(Home)").waitFor();
  await row.getByRole("button", { name: "Change bed_not_returned.minutes" }).click();
  await value.fill("25");
  await dialog.getByLabel("Reason").fill("Beside the stairs");
  await dialog.getByRole("button", { name: "Put in force" }).click();
  await row.getByText("(This device)").waitFor();
  await page.getByLabel("Whose settings").selectOption({ label: "This home" });
  await page.getByLabel("Find a setting").fill("bed_not_returned.minutes");
  await row.getByText("pir-1: 25 min").waitFor();
  await page.getByLabel("Whose settings").selectOption({ label: "pir-1" });
  await page.getByLabel("Find a setting").fill("bed_not_returned.minutes");
  await row.getByRole("button", { name: "Take back bed_not_returned.minutes" }).click();
  await dialog.getByText("Then 40 min holds again (Home).").waitFor();
  await dialog.getByLabel("Reason").fill("The stairs have a gate now");
  await dialog.getByRole("button", { name: "Take back" }).click();
  await row.getByText("(Home)").waitFor();
  await page.getByRole("article", { name: "Version 2" }).getByText("25 → wider value").waitFor();
  await page.getByRole("article", { name: "Version 1" }).getByText("wider value → 25").waitFor();
  found.push(...(await looked(mia, "plan-device")));

  // Nobody else's change is lost: the page was made from an older version.
  await page.getByLabel("Whose settings").selectOption({ label: "This home" });
  await page.getByLabel("Find a setting").fill("inactivity.hours");
  const other = page.locator("[data-setting='inactivity.hours']");
  await other.getByRole("button", { name: "Change inactivity.hours" }).click();
  await service.put(`/homes/${gateway.home}/plan`, { overrides: {}, reason: "Somebody was quicker" });
  await value.fill("20");
  await dialog.getByLabel("Reason").fill("Sleeps long");
  await dialog.getByRole("button", { name: "Put in force" }).click();
  await dialog.getByRole("alert").getByText(/version 2 by now/).waitFor();
  expect(found).toEqual([]);
});

test("away is set with an end and ended, an operator may do so but not change the record, and history keeps all of it", async () => {
  const gateway = await home("5 Away Road");
  const olga = await signedIn("olga");
  const { page } = olga;
  await page.goto(`${service.url}/homes/${gateway.home}?part=away`);
  await page.getByText("Nothing is excused: every rule is at work.").waitFor();
  expect(await page.getByRole("button", { name: "Change (E)" }).count(), "the record is the managers'").toBe(0);
  await page.getByRole("button", { name: "Set: In hospital" }).click();
  const form = page.getByRole("form", { name: "In hospital" });
  await form.getByLabel("Until").fill("2020-01-01T10:00");
  await form.getByLabel("Reason").fill("Fell on the stairs");
  await form.getByRole("button", { name: "Set: In hospital" }).click();
  await form.getByText(/lies in the past/).waitFor();
  const untilDay = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  await form.getByLabel("Until").fill(`${untilDay}T10:00`);
  const found = await looked(olga, "away-form");
  await form.getByRole("button", { name: "Set: In hospital" }).click();
  await page.getByRole("button", { name: "End it: In hospital" }).waitFor();
  const state = await service.get<State>(`/homes/${gateway.home}/state`);
  expect(state.excuses.map((each) => [each.kind, each.reason, each.until.slice(0, 10)])).toEqual([["hospital", "Fell on the stairs", untilDay]]);
  found.push(...(await looked(olga, "away")));
  await page.getByRole("button", { name: "End it: In hospital" }).click();
  await page.getByText("Nothing is excused: every rule is at work.").waitFor();
  await page.getByText("ended before its time").waitFor();
  expect((await service.get<State>(`/homes/${gateway.home}/state`)).excuses).toEqual([]);
  await page.getByRole("button", { name: "Set: Test mode" }).click();
  const testing = page.getByRole("form", { name: "Test mode" });
  await testing.getByLabel("Kinds under test").fill("pendant, dishwasher");
  await testing.getByRole("button", { name: "Set: Test mode" }).click();
  await testing.getByText(/"dishwasher", which is no kind/).waitFor();
  await testing.getByLabel("Kinds under test").fill("pendant");
  await testing.getByRole("button", { name: "Set: Test mode" }).click();
  await page.getByRole("button", { name: "End it: Test mode, only pendant" }).waitFor();

  await gateway.say("alarms", "smoke", "smoke-1");
  await until("the smoke is raised all the same", async () => (await service.get<Items<{ queue: string }>>(`/alerts?home=${gateway.home}&queue=care`)).items.length === 1);
  await part(page, "History");
  for (const text of ["In hospital: over", /Fell on the stairs \(Person olga\)/, "smoke"]) await page.getByRole("row").getByText(text).first().waitFor();
  found.push(...(await looked(olga, "history")));
  await page.getByLabel("History of").selectOption("alerts");
  await page.getByRole("row").filter({ hasText: /smoke/i }).getByRole("link").click();
  await page.getByRole("link", { name: "Record of the home" }).click();
  await page.getByRole("heading", { name: "5 Away Road", level: 1 }).waitFor();
  await page.getByRole("region", { name: "Open alerts" }).getByRole("link").first().waitFor();
  expect(found).toEqual([]);
});
