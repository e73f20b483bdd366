// What administrators look after, in a real browser: users, tokens, organisations, webhooks, what was refused, the trail.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import mqtt from "mqtt";
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

interface Items<T> {
  items: T[];
}

beforeAll(async () => {
  browser = await launch();
  service = await Service.start({ HARKEN_NOTIFY_PRIVATE_TARGETS: "true" });
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

test("somebody whom an administrator adds signs in with the pages of their role, and the trail says who did it", async () => {
  const ada = await signedIn("ada");
  const { page } = ada;
  await ada.goTo("Users");
  await page.getByRole("link", { name: "Person mia", exact: true }).waitFor();
  const found = await ada.looked("users");
  await page.keyboard.press("n");
  const form = page.getByRole("form", { name: "Add a user" });
  await form.getByLabel("Name", { exact: false }).first().fill(LONG);
  await form.getByLabel(/^Login/).fill("mia");
  await form.getByLabel(/^Password/).fill(PASSWORD);
  await form.getByLabel("Role 1", { exact: true }).selectOption({ value: "manager" });
  await form.getByLabel("Where role 1 holds").selectOption({ label: "Borough telecare" });
  await form.getByRole("button", { name: "Add the user" }).click();
  await form.getByText(/somebody has the login/i).waitFor();
  found.push(...(await ada.looked("user-refused")));
  await form.getByLabel(/^Login/).fill("wila");
  await form.getByRole("button", { name: "Add the user" }).click();
  await page.getByRole("heading", { name: LONG, level: 1 }).waitFor();
  await page.getByText("Manager, Borough telecare").waitFor();
  await page.getByText("No shift in the next eight weeks.").waitFor();
  found.push(...(await ada.looked("user")));
  const wila = await signedIn("wila");
  const menu = await wila.page.getByRole("navigation").getByRole("link").allTextContents();
  const mine = ["Rules", "Rotas", "Escalation", "Users", "Organisations", "Webhooks", "Quarantine", "Strangers", "Audit"];
  expect(menu.filter((each) => mine.includes(each)), "a manager's pages and no others").toEqual(["Rules", "Rotas", "Escalation", "Organisations", "Quarantine"]);
  await wila.page.goto(`${service.url}/users`);
  await wila.page.getByText(/Your role does not show this page/).waitFor();
  await page.getByRole("link", { name: "What was done to them" }).click();
  await page.getByRole("heading", { name: "Audit", level: 1 }).waitFor();
  const entry = page.getByRole("row").filter({ hasText: "created: user" });
  await entry.getByRole("link", { name: "Person ada" }).waitFor();
  expect(found).toEqual([]);
});

test("a new password ends sessions, a changed role is read before and after in the trail, and who is archived is out", async () => {
  service.person("bo", "operator", north);
  const ada = await signedIn("ada");
  const bo = await signedIn("bo");
  const { page } = ada;
  await ada.goTo("Users");
  await page.getByRole("link", { name: "Person bo", exact: true }).click();
  await page.getByRole("button", { name: "New password" }).click();
  const reset = page.getByRole("form", { name: "Set a new password" });
  await reset.getByLabel(/^Password/).fill("short");
  await reset.getByRole("button", { name: "Set the password" }).click();
  await reset.getByText(/10/).nth(1).waitFor();
  await reset.getByLabel(/^Password/).fill("quite another secret");
  await reset.getByRole("button", { name: "Set the password" }).click();
  await page.getByText("The password is set.").waitFor();
  await bo.page.goto(service.url);
  await bo.page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.keyboard.press("e");
  const form = page.getByRole("form", { name: "Change the user" });
  await form.getByLabel("Role 1", { exact: true }).selectOption({ value: "viewer" });
  await form.getByRole("button", { name: "Save" }).click();
  await page.getByText("Viewer, Borough telecare").waitFor();
  await page.getByRole("button", { name: "Archive", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Archive", exact: true }).click();
  await page.getByText(/They cannot sign in/).waitFor();
  await page.getByRole("link", { name: "What was done to them" }).click();
  const change = page.getByRole("row").filter({ hasText: "grants 1.role" }).first();
  await change.getByRole("cell", { name: "operator", exact: true }).first().waitFor();
  await change.getByRole("cell", { name: "viewer", exact: true }).first().waitFor();
  await page.getByText("archived: user").first().waitFor();
  const found = await ada.looked("audit");
  await page.getByLabel("What was done").selectOption({ label: "archived" });
  await until("only that is left", async () => (await page.locator("main tbody > tr").count()) === 1);
  expect(new URL(page.url()).searchParams.get("action"), "filters stand in the address").toBe("archived");
  await page.getByRole("link", { name: "Show all again" }).click();
  await page.getByText("signed in: user").first().waitFor();
  expect(found).toEqual([]);
});

test("a token is shown once, opens the API, and is revoked", async () => {
  const ada = await signedIn("ada");
  const { page } = ada;
  await page.goto(`${service.url}/tokens`);
  await page.getByRole("button", { name: /^New token/ }).click();
  const form = page.getByRole("form", { name: "Make a token" });
  await form.getByLabel(/^What it is for/).fill("Care record of the borough");
  await form.getByLabel("Role 1", { exact: true }).selectOption({ value: "viewer" });
  await form.getByLabel("Where role 1 holds").selectOption({ label: "South shire" });
  await form.getByRole("button", { name: "Make the token" }).click();
  const secret = await page.getByLabel("The token", { exact: true }).inputValue();
  const found = await ada.looked("token-shown");
  const ask = async (path: string) => fetch(`${service.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${secret}` } });
  expect((await ask("/organisations")).status).toBe(200);
  expect(((await (await ask("/organisations")).json()) as Items<{ id: string }>).items.map((each) => each.id), "there and nowhere else").toEqual(["south"]);
  await page.getByRole("button", { name: "I have copied it" }).click();
  expect(await page.content()).not.toContain(secret);
  await page.reload();
  const row = page.getByRole("row").filter({ hasText: "Care record of the borough" });
  await row.getByText("Viewer, South shire").waitFor();
  expect(await page.content()).not.toContain(secret);
  await row.getByRole("button", { name: /^Revoke/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
  await row.waitFor({ state: "detached" });
  expect((await ask("/organisations")).status).toBe(401);
  await page.getByLabel("Archived ones too").check();
  await row.getByText(/Revoked on/).waitFor();
  found.push(...(await ada.looked("tokens")));
  expect(found).toEqual([]);
});

/** A receiver that answers what it is told to. */
async function receiver(): Promise<{ url: string; answer: (status: number) => void; got: string[]; close: () => Promise<void> }> {
  let status = 410;
  const got: string[] = [];
  const server: Server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      got.push(String(request.headers["webhook-id"]));
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/alerts`, answer: (next) => (status = next), got, close: () => new Promise<void>((resolve) => void server.close(() => resolve())) };
}

test("a webhook's message that was given up is seen, sent again and delivered; its secret is shown once", async () => {
  const far = await receiver();
  const ada = await signedIn("ada");
  const { page } = ada;
  await ada.goTo("Webhooks");
  await page.getByRole("button", { name: "New webhook" }).click();
  const form = page.getByRole("form", { name: "Enter a webhook" });
  await form.getByLabel(/^What it is for/).fill("Dispatch centre");
  await form.getByLabel(/^Address/).fill("ftp://example.org");
  await form.getByLabel("Organisation").selectOption({ label: "Borough telecare" });
  await form.getByLabel("A new alert").check();
  await form.getByRole("button", { name: "Enter the webhook" }).click();
  await form.getByText(/must begin with https/).waitFor();
  const found = await ada.looked("webhook-refused");
  await form.getByLabel(/^Address/).fill(far.url);
  await form.getByRole("button", { name: "Enter the webhook" }).click();
  expect(await page.getByLabel("The secret", { exact: true }).inputValue()).toMatch(/^whsec_/);
  await page.getByRole("button", { name: "I have copied it" }).click();
  found.push(...(await ada.looked("webhooks")));
  await page.getByRole("link", { name: "Dispatch centre" }).click();
  await page.getByText("Nothing was sent to it yet.").waitFor();
  const elm = await service.home("14 Elm Row");
  gateways.push(elm);
  await elm.press();
  const row = page.getByRole("region", { name: "Messages" }).getByRole("row").filter({ hasText: "pendant" });
  await row.getByText("Given up").waitFor();
  await row.getByText(/answered 410/).waitFor();
  found.push(...(await ada.looked("webhook-dead")));
  far.answer(204);
  await row.getByRole("button", { name: /^Send again/ }).click();
  await row.getByText("Delivered").waitFor();
  expect(far.got.filter((id) => id === far.got[0]).length, "the same message, twice").toBe(2);
  await page.getByRole("button", { name: "New secret" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "New secret" }).click();
  await page.getByLabel("The secret", { exact: true }).waitFor();
  await page.getByText(/Signed with the secret before as well/).waitFor();
  await far.close();
  expect(found).toEqual([]);
});

test("an unreadable message stands in quarantine with its bytes, for those of its organisation", async () => {
  const elm = await service.home("بيت السيدة فاطمة الزهراء");
  gateways.push(elm);
  await elm.raw("events", Buffer.from([0x7b, 0xff, ...Buffer.from("kind = motion")]));
  const mia = await signedIn("mia");
  const { page } = mia;
  await mia.goTo("Quarantine");
  const row = page.getByRole("row").filter({ hasText: "بيت السيدة فاطمة الزهراء" });
  await row.waitFor();
  await row.getByText("15 bytes").waitFor();
  await row.getByText("What came").click();
  await row.getByText(/7b ff 6b 69 6e 64/).waitFor();
  await row.getByText(/kind = motion/).first().waitFor();
  const found = await mia.looked("quarantine");
  await page.getByLabel("To (this day included)").fill("2020-01-01");
  await page.getByText("No message was refused in this time.").waitFor();
  service.person("sue", "manager", "south");
  const sue = await signedIn("sue");
  await sue.goTo("Quarantine");
  await sue.page.getByText("No message was refused in this time.").waitFor();
  expect(found).toEqual([]);
});

test("a gateway that nobody registered is seen, registered, and let in with the secret that is shown", async () => {
  const home = await service.post<{ id: string }>("/homes", { organisation: north, name: "3 Mill Lane" });
  const port = service.mqttUrl;
  await mqtt.connectAsync(port, { username: "gw-new", password: "guessed", clientId: "gw-new", reconnectPeriod: 0 }).then(
    async (client) => {
      await client.endAsync();
      throw new Error("a stranger was let in");
    },
    () => undefined,
  );
  const ada = await signedIn("ada");
  const { page } = ada;
  await until("it is listed", async () => (await service.get<Items<unknown>>("/strangers")).items.length > 0);
  await ada.goTo("Strangers");
  const found = await ada.looked("strangers");
  await page.getByRole("button", { name: "Register gw-new" }).click();
  const form = page.getByRole("form", { name: "Register gw-new" });
  await form.getByLabel(/^Home it stands in/).fill("Mill");
  await form.getByRole("button", { name: "3 Mill Lane" }).click();
  await form.getByRole("button", { name: "Register the gateway" }).click();
  const secret = await page.getByLabel("Its secret").inputValue();
  await page.getByText("Nobody was refused.").waitFor();
  found.push(...(await ada.looked("stranger-registered")));
  const client = await mqtt.connectAsync(port, { username: "gw-new", password: secret, clientId: "gw-new", reconnectPeriod: 0 });
  await client.endAsync();
  expect((await service.get<{ home: string }>("/gateways/gw-new")).home).toBe(home.id);
  expect(found).toEqual([]);
});
