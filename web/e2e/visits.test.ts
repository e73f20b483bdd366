// The responder's phone, the key-safe code, and the end of a session: a real browser, the real binary, a network that can be cut.

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { launch, Window } from "./browser.ts";
import { type Gateway, PASSWORD, Service, until } from "./service.ts";

const PHONE = { width: 390, height: 844 };
const REASON = "Ambulance crew at the door";

let browser: Browser;
let service: Service;
let elm: Gateway;
const gateways: Gateway[] = [];
const ids = new Map<string, string>();
const windows: Window[] = [];

interface Items<T> {
  items: T[];
}
interface Visit {
  id: string;
  alert: string;
  state: string;
  note?: string;
  declined: { reason: string }[];
}

beforeAll(async () => {
  [browser, service] = [await launch(), await Service.start()];
  for (const [login, role] of [["rae", "responder"], ["sam", "responder"], ["olga", "operator"], ["otto", "operator"], ["mia", "manager"]] as const) service.person(login, role);
  for (const user of (await service.get<Items<{ id: string; login: string }>>("/users?limit=100")).items) ids.set(user.login, user.id);
  elm = await home("12 Elm Row");
});
afterAll(async () => {
  for (const gateway of gateways) await gateway.end();
  await service.stop();
  await browser.close();
});
afterEach(async () => {
  const faults = windows.flatMap((window) => window.quiet());
  for (const window of windows.splice(0)) await window.close();
  // What one test left open must not be the next one's.
  for (const { id } of (await service.get<Items<Visit>>("/visits?limit=100")).items) await service.post(`/visits/${id}/cancel`, { reason: "The test is over" }).catch(() => undefined);
  for (const { id, activations } of (await service.get<Items<{ id: string; activations: number }>>("/alerts?limit=100")).items) {
    await service.post(`/alerts/${id}/accept`, {}).catch(() => undefined);
    await service.post(`/alerts/${id}/close`, { outcome: "reassured", activations_seen: activations }).catch(() => undefined);
  }
  expect(faults, "errors of scripts and breaches of the page's policy").toEqual([]);
});

/** A home in another zone than the reader's, with a key safe. */
async function home(name: string): Promise<Gateway> {
  const gateway = await service.home(name);
  gateways.push(gateway);
  await service.patch(`/homes/${gateway.home}`, { key_safe: "2580", access_notes: "Side gate, then the green door.", zone: "Europe/Stockholm" });
  return gateway;
}

async function open(login: string, first: string, size?: { width: number; height: number }): Promise<Window> {
  const window = await Window.open(browser, service, size);
  windows.push(window);
  await window.signIn(login, first);
  return window;
}

/** Somebody is sent on account of a press. */
async function sent(login: string): Promise<Visit> {
  await elm.press();
  const [alert] = (await service.get<Items<{ id: string }>>(`/alerts?home=${elm.home}`)).items;
  await service.post(`/alerts/${alert?.id}/accept`, {});
  return service.post<Visit>(`/alerts/${alert?.id}/dispatch`, { responder: ids.get(login) });
}

/** How often the trail says that this was done to this. */
async function times(action: string, object: string): Promise<number> {
  const { items } = await service.get<Items<{ object_id: string }>>(`/audit?action=${action}&limit=500`);
  return items.filter((entry) => entry.object_id === object).length;
}

/** What became of the visit, in the order in which it happened. */
async function lines(visit: Visit): Promise<string[]> {
  const whole = await service.get<{ timeline: { what: string }[] }>(`/alerts/${visit.alert}`);
  return whole.timeline.map((line) => line.what).filter((what) => what.startsWith("visit_"));
}

const state = async (visit: Visit) => (await service.get<Visit>(`/visits/${visit.id}`)).state;
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

test("a visit on a phone, from the offer to the end", async () => {
  const rae = await open("rae", "My visits", PHONE);
  const { page } = rae;
  await page.getByText("No visit is waiting for you.").waitFor();
  const found = await rae.inspect("visits-0");
  const visit = await sent("rae");
  await page.getByRole("link", { name: /12 Elm Row/ }).waitFor();
  found.push(...(await rae.inspect("visits-1")));
  await page.getByRole("link", { name: /12 Elm Row/ }).click();
  for (const known of ["12 Elm Row, Newtown", "Side gate, then the green door.", "Lives with a large dog", "Diabetic", "likes to be called Ada", "Nora Neighbour", /Answer within/]) await page.getByText(known).first().waitFor();
  expect(await page.getByRole("link", { name: "Open in the map app" }).getAttribute("href")).toBe("geo:0,0?q=12%20Elm%20Row%2C%20Newtown");
  expect(await page.getByRole("link", { name: "Call the home" }).getAttribute("href")).toBe("tel:+441632960001");
  await page.getByText("You can read the code once you have accepted").waitFor();
  // The home's time, with the reader's beside it: Stockholm and London.
  await page.getByText(/To be there by \d\d:\d\d \(\d\d:\d\d here\)/).waitFor();
  const go = await page.getByRole("button", { name: "I will go" }).boundingBox();
  expect(go !== null && go.height >= 60 && go.width >= 300 && go.y + go.height <= PHONE.height, `under the thumb: ${JSON.stringify(go)}`).toBe(true);
  found.push(...(await rae.inspect("visit-offered")));
  await press(page, "I will go");
  await page.getByText(/Set out within/).waitFor();
  await press(page, "Show the key-safe code");
  await page.getByLabel("Code of the key safe").filter({ hasText: "2580" }).waitFor();
  found.push(...(await rae.inspect("visit-key-safe")));
  await press(page, "Hide");
  await page.getByText("2580").waitFor({ state: "hidden" });
  await press(page, "I am on my way");
  await press(page, "I am there");
  await page.getByRole("timer").getByText(/In the home for/).waitFor();
  await page.getByRole("timer").getByText(/the control room asks whether you are well/).waitFor();
  found.push(...(await rae.inspect("visit-arrived")));
  await page.getByLabel("What you found and did").fill("Lifted, a cup of tea.");
  await press(page, "I have left, all is done");
  await page.getByText("The visit is over.").waitFor();
  expect(await page.getByText("Diabetic").count(), "what is to be known of people goes with the visit").toBe(0);
  const done = await until("the visit is completed", async () => {
    const now = await service.get<Visit>(`/visits/${visit.id}`);
    return now.state === "completed" && now;
  });
  expect(done.note).toBe("Lifted, a cup of tea.");
  expect(await lines(visit)).toEqual(["visit_offered", "visit_accepted", "visit_en_route", "visit_arrived", "visit_completed"]);
  expect(await times("read_key_safe", elm.home), "one reading, one entry").toBe(1);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect([wide, ...found]).toEqual([0]);
});

test("without a network what is pressed waits, and is sent once and in order when it is back", async () => {
  const visit = await sent("rae");
  const rae = await open("rae", "My visits", PHONE);
  const { page } = rae;
  await page.getByRole("link", { name: /12 Elm Row/ }).click();
  // The request arrives and its answer is lost: it is sent again, and not done again.
  const tries: { key: string | undefined; repeated: string | undefined }[] = [];
  await page.route("**/accept", async (route) => {
    const answer = await route.fetch();
    tries.push({ key: route.request().headers()["idempotency-key"], repeated: answer.headers()["idempotent-replayed"] });
    await (tries.length === 1 ? route.abort() : route.fulfill({ response: answer }));
  });
  await press(page, "I will go");
  await until("it was sent again", () => tries.length >= 2);
  expect(tries.map((each) => [each.key, each.repeated])).toEqual([[expect.any(String), undefined], [tries[0]?.key, "true"]]);
  await page.getByRole("button", { name: "I am on my way" }).waitFor();
  await service.way.cut();
  await press(page, "I am on my way");
  await press(page, "I am there");
  await page.getByLabel("What you found and did").fill("Nobody hurt.");
  await press(page, "I have left, all is done");
  await page.getByRole("status").getByText("3 actions wait for the network").waitFor();
  await page.getByText(/Harken cannot be reached. What you see is .* old/).waitFor();
  await page.getByText("Side gate, then the green door.").waitFor();
  const found = await rae.inspect("visit-waiting");
  expect(await state(visit)).toBe("accepted");
  await service.way.mend();
  await until("the visit is completed", async () => (await state(visit)) === "completed");
  await page.getByRole("status").getByText(/waits? for the network/).waitFor({ state: "hidden" });
  await page.getByText(/Harken cannot be reached/).waitFor({ state: "hidden" });
  expect(await lines(visit)).toEqual(["visit_offered", "visit_accepted", "visit_en_route", "visit_arrived", "visit_completed"]);
  for (const action of ["visit_accepted", "visit_en_route", "visit_arrived", "visit_completed"]) expect(await times(action, visit.id), action).toBe(1);
  expect((await service.get<Visit>(`/visits/${visit.id}`)).note).toBe("Nobody hurt.");
  expect(found).toEqual([]);
});

test("a visit is declined with a reason; one that was called off says so and keeps the words", async () => {
  const visit = await sent("sam");
  const sam = await open("sam", "My visits", PHONE);
  const { page } = sam;
  await page.getByRole("link", { name: /12 Elm Row/ }).click();
  await press(page, "I cannot go");
  expect(await page.getByRole("button", { name: "Decline the visit" }).isDisabled(), "not without a reason").toBe(true);
  await press(page, "No car");
  const found = await sam.inspect("visit-declining");
  await press(page, "Decline the visit");
  await page.getByText("This visit is no longer yours").waitFor();
  const after = await service.get<Visit>(`/visits/${visit.id}`);
  expect([after.state, after.declined.map((each) => each.reason)]).toEqual(["unfilled", ["No car"]]);
  await page.getByRole("link", { name: "All visits" }).click();
  await page.getByText("No visit is waiting for you.").waitFor();
  // Called off while the phone had no network: what was pressed is refused, in the server's words.
  const second = await service.post<Visit>(`/alerts/${visit.alert}/dispatch`, { responder: ids.get("sam") });
  await page.getByRole("link", { name: /12 Elm Row/ }).click();
  await page.getByRole("button", { name: "I will go" }).waitFor();
  await service.way.cut();
  await press(page, "I will go");
  await service.post(`/visits/${second.id}/cancel`, { reason: "Her son is there" });
  await service.way.mend();
  await page.getByText("Not done: I will go").waitFor();
  await page.getByText("Called off").waitFor();
  await press(page, "I have read this");
  expect(await page.getByText("Not done: I will go").count()).toBe(0);
  expect(found).toEqual([]);
});

test("the control room sees who goes where and calls it off; names of any length and direction fit", async () => {
  const visit = await sent("rae");
  const long = `بيت السيدة فاطمة الزهراء and ${"a very long name ".repeat(6)}`;
  await service.patch(`/homes/${elm.home}`, { name: long, address: `${"Very Long Street of the North ".repeat(4)}12`, access_notes: "Side gate.\nThen the green door." });
  const olga = await open("olga", "Queue");
  const { page } = olga;
  await page.getByRole("link", { name: "Visits", exact: true }).click();
  await page.getByRole("heading", { name: "Visits", level: 1 }).waitFor();
  await page.getByRole("link", { name: /Person rae/ }).waitFor();
  const found = await olga.inspect("visits-control-1366");
  await page.getByRole("link", { name: /Person rae/ }).click();
  await page.getByRole("heading", { name: /فاطمة/, level: 1 }).waitFor();
  const rae = await open("rae", "My visits", PHONE);
  await rae.page.getByRole("link", { name: /فاطمة/ }).waitFor();
  found.push(...(await rae.inspect("visits-long")));
  await rae.page.getByRole("link", { name: /فاطمة/ }).click();
  await rae.page.getByRole("button", { name: "I will go" }).waitFor();
  found.push(...(await rae.inspect("visit-long")));
  for (const [width, height] of [[1920, 1080], [1366, 768], [390, 844]] as const) {
    await page.setViewportSize({ width, height });
    found.push(...(await olga.inspect(`visit-control-${width}`)));
    for (const each of [page, rae.page]) expect(await each.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `it scrolls sideways at ${width}`).toBe(0);
  }
  await press(page, "Call it off");
  await page.getByLabel("Why is it called off?").fill("Her son is there");
  await press(page, "Call the visit off");
  await rae.page.getByText("Called off").waitFor();
  expect(await rae.page.getByRole("button", { name: "I will go" }).count()).toBe(0);
  expect(await state(visit)).toBe("cancelled");
  await service.patch(`/homes/${elm.home}`, { name: "12 Elm Row", address: "12 Elm Row" });
  expect(found).toEqual([]);
});

test("the key-safe code of a case: for its holder, with a reason, and not for long", async () => {
  const oak = await home("7 Oak Lane");
  await oak.press();
  const olga = await open("olga", "Queue");
  const { page } = olga;
  await olga.line("7 Oak Lane").getByRole("button", { name: "Accept", exact: true }).click();
  await page.getByText(/At the home it is now \d\d:\d\d \(\d\d:\d\d here\)/).waitFor();
  await press(page, "Show the key-safe code");
  expect(await page.getByRole("button", { name: "Show the key-safe code" }).isDisabled(), "not without a reason").toBe(true);
  await page.getByLabel("Who is at the door").fill(REASON);
  const before = await times("read_key_safe", oak.home);
  await press(page, "Show the key-safe code");
  await page.getByLabel("Code of the key safe").filter({ hasText: "2580" }).waitFor();
  const found = await olga.inspect("case-key-safe");
  await page.getByRole("listitem").filter({ hasText: REASON }).waitFor();
  expect(await times("read_key_safe", oak.home)).toBe(before + 1);
  // Gone with the page, and not read again by coming back.
  const address = page.url();
  await page.getByRole("link", { name: "Queue (B)" }).click();
  await page.getByRole("link", { name: /pendant/i }).click();
  await page.getByRole("button", { name: "Show the key-safe code" }).waitFor();
  expect(await page.getByText("2580").count()).toBe(0);
  // Whoever does not hold it is not offered it, and is refused.
  const otto = await open("otto", "Queue");
  await otto.page.goto(address);
  await otto.page.getByText(/Its code is read by whoever has the case/).waitFor();
  const refused = await otto.page.evaluate(async ([id, reason]) => {
    const me = (await (await fetch("/api/v1/me")).json()) as { csrf_token: string };
    const answer = await fetch(`/api/v1/alerts/${id}/key-safe`, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": me.csrf_token }, body: JSON.stringify({ reason }) });
    return [answer.status, ((await answer.json()) as { detail: string }).detail];
  }, [address.split("/").at(-1), REASON]);
  expect(refused).toEqual([409, expect.stringContaining("Person olga")]);
  expect(await times("read_key_safe", oak.home)).toBe(before + 1);
  expect(found).toEqual([]);
});

test("the end of a session is told beforehand, and takes nothing with it", async () => {
  await (await home("3 Ash Way")).press();
  const olga = await open("olga", "Queue");
  const { page } = olga;
  // As if the hours had passed: what the server says of the end is brought nearer on the way.
  await page.route("**/api/v1/me", async (route) => {
    const answer = await route.fetch();
    const me = (await answer.json()) as { session: { ends_at: string } };
    await route.fulfill({ response: answer, json: { ...me, session: { ...me.session, ends_at: new Date(Date.now() + 300_000).toISOString() } } });
  });
  await page.reload();
  await page.getByText(/Your session ends at \d\d:\d\d/).waitFor();
  const found = await olga.inspect("session-warning");
  await page.unroute("**/api/v1/me");
  await press(page, "Stay signed in");
  await page.getByText(/Your session ends at/).waitFor({ state: "hidden" });
  expect(await times("session_renewed", ids.get("olga") ?? "")).toBe(1);
  // It ends: a new password ends every session.
  await olga.line("3 Ash Way").getByRole("button", { name: "Accept", exact: true }).click();
  await page.getByLabel("Note (T)").fill("She is on the sofa.");
  const address = page.url();
  await service.patch(`/users/${ids.get("olga")}`, { password: PASSWORD });
  await press(page, "Save the note");
  await page.getByText("Your session is over.").waitFor();
  found.push(...(await olga.inspect("session-over")));
  await page.keyboard.press("Escape");
  await page.locator("input[name=login]").fill("olga");
  await page.locator("input[name=password]").fill(PASSWORD);
  await press(page, "Sign in");
  await page.getByText("Your session is over.").waitFor({ state: "hidden" });
  expect([page.url(), await page.getByLabel("Note (T)").inputValue()]).toEqual([address, "She is on the sofa."]);
  await press(page, "Save the note");
  await page.getByRole("listitem").filter({ hasText: "She is on the sofa." }).waitFor();
  expect(found).toEqual([]);
});

test("a form that keeps nothing on the machine stands as it was when its writer has signed in again; another person sees nothing of it", async () => {
  const { page } = await open("mia", "Queue");
  await page.getByRole("link", { name: "Rotas", exact: true }).click();
  await press(page, "New rota");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Nights of the north");
  const again = async (login: string) => {
    await service.patch(`/users/${ids.get("mia")}`, { password: PASSWORD });
    // Any request finds out.
    await page.getByLabel("Show archived ones").click();
    await page.getByText("Your session is over.").waitFor();
    await page.locator("input[name=login]").fill(login);
    await page.locator("input[name=password]").fill(PASSWORD);
    await press(page, "Sign in");
    await page.getByText("Your session is over.").waitFor({ state: "hidden" });
  };
  await again("mia");
  expect(await page.getByRole("textbox", { name: "Name", exact: true }).inputValue()).toBe("Nights of the north");
  await again("otto");
  await page.getByText("Person otto").waitFor();
  expect(await page.getByText("Nights of the north").count() + (await page.getByRole("textbox", { name: "Name", exact: true }).count())).toBe(0);
});

test("what waits on the phone goes on when its owner has signed in again", async () => {
  const visit = await sent("rae");
  const { page } = await open("rae", "My visits", PHONE);
  await page.getByRole("link", { name: /12 Elm Row/ }).click();
  await page.getByRole("button", { name: "I will go" }).waitFor();
  await service.patch(`/users/${ids.get("rae")}`, { password: PASSWORD });
  await press(page, "I will go");
  await page.getByText("Your session is over.").waitFor();
  await page.locator("input[name=login]").fill("rae");
  await page.locator("input[name=password]").fill(PASSWORD);
  await press(page, "Sign in");
  await until("the visit is accepted", async () => (await state(visit)) === "accepted");
  await page.getByRole("button", { name: "I am on my way" }).waitFor();
  expect(await times("visit_accepted", visit.id)).toBe(1);
});
