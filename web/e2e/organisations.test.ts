// Organisations in a real browser: what belongs to one is found by its own people for rotas, policies, cases and plans, and by nobody else's.

import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { launch, Window } from "./browser.ts";
import { type Gateway, PASSWORD, Service, until } from "./service.ts";

let browser: Browser;
let service: Service;
let north = "";
const windows: Window[] = [];
const gateways: Gateway[] = [];
const LONG = "Wilhelmina Alexandrina Featherstonehaugh-Cholmondeley of the Northern Responders and Night Watch";
const ARABIC = "فاطمة الزهراء بنت محمد";

interface Items<T> {
  items: T[];
}

beforeAll(async () => {
  browser = await launch();
  service = await Service.start();
  north = (await service.get<Items<{ id: string }>>("/organisations")).items[0]?.id ?? "";
  await service.post("/organisations", { id: "south", name: "South shire", zone: "Europe/Lisbon" });
  service.person("ada", "administrator");
  service.person("mia", "manager", north);
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});
afterEach(async () => {
  const faults = windows.flatMap((window) => window.quiet());
  for (const window of windows.splice(0)) await window.close();
  for (const gateway of gateways.splice(0)) await gateway.end();
  expect(faults, "errors of scripts and breaches of the page's policy").toEqual([]);
});

async function signedIn(login: string): Promise<Window> {
  const window = await Window.open(browser, service);
  windows.push(window);
  await window.signIn(login);
  return window;
}

test("a manager of one organisation finds its people for a new rota, and sees nothing of another", async () => {
  service.person("rob", "responder", north);
  service.person("zoe", "responder", "south");
  await service.post("/users", { login: "fatima", name: ARABIC, password: PASSWORD, grants: [{ role: "responder", organisation: north }] });
  await service.post("/escalation-policies", { organisation: "south", name: "South at night", queue: "care", steps: [{ after_s: 60, targets: [{ role: "operator" }] }], repeat_s: 60 });
  const mia = await signedIn("mia");
  const { page } = mia;
  await mia.goTo("Organisations");
  await page.getByRole("cell", { name: "Borough telecare" }).waitFor();
  const found = await mia.looked("organisations-of-a-manager");
  expect(await page.getByText("South shire").count()).toBe(0);
  expect(await page.getByRole("button", { name: "New organisation" }).count()).toBe(0);
  await page.getByRole("link", { name: "Borough telecare" }).click();
  await page.getByRole("heading", { name: "Borough telecare", level: 1 }).waitFor();
  await page.getByLabel("Find a setting").fill("door_open");
  await page.getByRole("button", { name: "Change door_open.minutes" }).click();
  const setting = page.getByRole("dialog");
  await setting.getByLabel(/^New value/).fill("15");
  await setting.getByLabel(/^Reason/).fill("Cold nights");
  await setting.getByRole("button", { name: "Put in force" }).click();
  await setting.waitFor({ state: "detached" });
  expect((await service.get<{ overrides: Record<string, number> }>(`/organisations/${north}/plan`)).overrides["door_open.minutes"]).toBe(15);
  found.push(...(await mia.looked("organisation-plan")));
  await mia.goTo("Rotas");
  await page.getByRole("button", { name: "New rota" }).click();
  const form = page.getByRole("form", { name: "New rota" });
  await form.getByLabel(/^Name/).first().fill("Nights of the north");
  await form.getByLabel("Name of the layer").fill("Nights");
  const people = form.getByLabel("Add a person", { exact: false }).last();
  await people.getByRole("option", { name: /^Person rob/ }).waitFor({ state: "attached" });
  const offered = await people.getByRole("option").allTextContents();
  expect(offered.some((each) => each.startsWith("Person zoe")), "nobody of the south").toBe(false);
  await people.selectOption({ label: "Person rob (responder)" });
  await people.selectOption({ label: `${ARABIC} (responder)` });
  found.push(...(await mia.looked("rota-new")));
  await form.getByRole("button", { name: "Save the rota" }).click();
  await page.getByRole("heading", { name: "Nights of the north", level: 1 }).waitFor();
  await page.getByRole("region", { name: "Layers" }).getByText(`Person rob → ${ARABIC}`).waitFor();
  await page.goto(`${service.url}/escalation`);
  await page.getByRole("heading", { name: "Escalation policies", level: 1 }).waitFor();
  await page.getByText(/^Serves the queue/).first().waitFor();
  expect(await page.getByText("South at night").count()).toBe(0);
  await page.getByRole("button", { name: "New policy" }).click();
  const policy = page.getByRole("form", { name: "New policy" });
  await policy.getByLabel(/^Name/).fill("Calls of the north");
  await policy.getByLabel("Whom target 1 of step 1 is").selectOption({ label: "A person" });
  const who = policy.getByLabel("Target 1 of step 1", { exact: true });
  await who.getByRole("option", { name: "Person rob" }).waitFor({ state: "attached" });
  expect(await who.getByRole("option", { name: "Person zoe" }).count()).toBe(0);
  await who.selectOption({ label: "Person rob" });
  await policy.getByRole("button", { name: "Save the policy" }).click();
  const made = page.getByRole("region", { name: "Calls of the north" });
  await made.getByText("Person rob").waitFor();
  await made.getByRole("button", { name: /^Archive/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Archive the policy" }).click();
  await made.waitFor({ state: "detached" });
  await page.getByLabel("Show archived ones").check();
  await made.getByRole("button", { name: /^Bring back/ }).click();
  await made.getByText("Archived").waitFor({ state: "detached" });
  const after = (await service.get<Items<{ name: string; archived_at: string | null }>>("/escalation-policies")).items.find((each) => each.name === "Calls of the north");
  expect(after?.archived_at ?? null).toBeNull();
  const ada = await signedIn("ada");
  await ada.goTo("Users");
  await ada.page.getByRole("link", { name: ARABIC }).click();
  await ada.page.getByRole("region", { name: "Shifts of the next eight weeks" }).getByRole("link", { name: "Nights of the north" }).first().waitFor();
  found.push(...(await ada.looked("user-shifts")));
  expect(found).toEqual([]);
});

test("an organisation is entered, archived and brought back; a revision shows what it changes", async () => {
  const ada = await signedIn("ada");
  const { page } = ada;
  await ada.goTo("Organisations");
  await page.getByRole("button", { name: "New organisation" }).click();
  const form = page.getByRole("form", { name: "Enter an organisation" });
  await form.getByLabel(/^Name/).fill(LONG);
  await form.getByLabel(/^Time zone/).fill("Mars/Base");
  await form.getByRole("button", { name: "Enter the organisation" }).click();
  await form.getByText(/is not an IANA time zone/).waitFor();
  await form.getByLabel(/^Time zone/).fill("Europe/Paris");
  await form.getByRole("button", { name: "Enter the organisation" }).click();
  const row = page.getByRole("row").filter({ hasText: LONG });
  await row.getByRole("cell", { name: "Europe/Paris" }).waitFor();
  const found = await ada.looked("organisations");
  await row.getByRole("button", { name: /^Archive/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Archive", exact: true }).click();
  await row.waitFor({ state: "detached" });
  await page.getByLabel("Archived ones too").check();
  await row.getByRole("button", { name: /^Bring back/ }).click();
  await row.getByRole("button", { name: /^Archive/ }).waitFor();
  const rule = await service.get<{ rule: Record<string, unknown> }>("/rules/door_open");
  const settings = rule.rule["settings"] as { minutes: Record<string, unknown> };
  const changed = { ...rule.rule, priority: 3, settings: { ...settings, minutes: { ...settings.minutes, default: 20 } } };
  const { revision } = await service.put<{ revision: number }>("/rules/door_open", { rule: changed, reason: "Doors in winter" });
  await page.goto(`${service.url}/rules/revisions`);
  await page.getByRole("link", { name: `Revision ${revision}: what it holds` }).click();
  await page.getByText("1 rule differs").waitFor();
  const difference = page.getByRole("region", { name: "Door left open" });
  await difference.getByText(/has lasted 30 min/).waitFor();
  await difference.getByText(/has lasted 20 min/).waitFor();
  const rows = await difference.getByRole("row").allTextContents();
  expect(rows.slice(1)).toEqual(["priority23", "settings.minutes.default3020"]);
  found.push(...(await ada.looked("revision")));
  expect(found).toEqual([]);
});

test("whoever deals with a case sends a responder of the organisation by name", async () => {
  service.person("ron", "responder", north);
  service.person("zara", "responder", "south");
  service.person("oli", "operator", north);
  const elm = await service.home("16 Elm Row");
  gateways.push(elm);
  const oli = await signedIn("oli");
  const { page } = oli;
  await elm.press();
  await oli.line("16 Elm Row").getByRole("button", { name: "Accept", exact: true }).click();
  await page.getByRole("link", { name: "Call the home (C)" }).waitFor();
  await page.keyboard.press("d");
  const person = page.getByRole("dialog").getByLabel("Person");
  await person.getByRole("option", { name: "Person ron" }).waitFor({ state: "attached" });
  expect(await person.getByRole("option", { name: "Person zara" }).count(), "nobody of the south").toBe(0);
  await person.selectOption({ label: "Person ron" });
  const found = await oli.looked("dispatch");
  await page.getByRole("dialog").getByRole("button").last().click();
  const visit = await until("he is asked", async () => (await service.get<Items<{ alert: string; responder: { name: string } | null }>>("/visits")).items.find((each) => page.url().endsWith(each.alert)));
  expect(visit.responder?.name).toBe("Person ron");
  expect(found).toEqual([]);
});
