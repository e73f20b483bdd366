// Reports in a real browser: a small history made by presses, answers and closings, read back figure by figure.

import { readFileSync } from "node:fs";

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { launch, Window } from "./browser.ts";
import { type Gateway, Service, until } from "./service.ts";

interface Alert {
  id: string;
  state: string;
}
interface Items<T> {
  items: T[];
}
interface Table {
  id: string;
  columns: { figure: string; title: string; counts_alerts: boolean }[];
  rows: Record<string, string | number | null>[];
}
interface Report {
  tables: Table[];
  definitions: { figure: string; words: string }[];
}
interface Outcome {
  id: string;
  group: string;
  queues: string[];
  offered: boolean;
}

let browser: Browser;
let service: Service;
/** The organisation of the others. */
let other: string;
const windows: Window[] = [];
const gateways: Gateway[] = [];

beforeAll(async () => {
  browser = await launch();
  service = await Service.start();
  other = (await service.post<{ id: string }>("/organisations", { name: "Moorland trust", zone: "Europe/London" })).id;
  service.person("mia", "manager");
  service.person("bea", "manager", other);
  const [elm, oak, moor] = [await service.home("12 Elm Row"), await service.home("بيت السيدة فاطمة الزهراء", "فاطمة الزهراء"), await service.home("Moor End", "Grace Hopper", other)];
  gateways.push(elm, oak, moor);
  const { items } = await service.get<Items<Outcome>>("/outcomes?queue=care");
  const code = (group: string) => items.find((each) => each.group === group && each.offered)?.id ?? "";
  await called(elm, code("accidental"));
  await called(elm, code("reassured"));
  await called(elm, code("reassured"));
  await called(oak, code("emergency_service"));
  await called(oak, null);
  await called(moor, code("no_response"));
});
afterEach(async () => {
  const faults = windows.flatMap((window) => window.quiet());
  for (const window of windows.splice(0)) await window.close();
  expect(faults, "errors of scripts and breaches of the page's policy").toEqual([]);
});
afterAll(async () => {
  for (const gateway of gateways) await gateway.end();
  await service.stop();
  await browser.close();
});

/** A press that is answered, and closed with this outcome unless it stays open. */
async function called(home: Gateway, outcome: string | null): Promise<void> {
  await home.press();
  const raised = await until("the alert", async () => (await service.get<Items<Alert>>("/alerts?state=raised")).items[0]);
  await service.post(`/alerts/${raised.id}/accept`, {});
  if (outcome !== null) await service.post(`/alerts/${raised.id}/close`, { outcome, note: "All is well.", activations_seen: 1 });
}

async function signedIn(login: string, size?: { width: number; height: number }): Promise<Window> {
  const window = await Window.open(browser, service, size);
  windows.push(window);
  await window.signIn(login);
  return window;
}

/** The days of this month until today, as the page asks for them: by the clock of London. */
function thisMonth(): string {
  const day = (at: number) => new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/London", year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
  return `from=${day(Date.now()).slice(0, 7)}-01&to=${day(Date.now() + 86_400_000)}`;
}

const told = (name: string) => service.get<Report>(`/reports/${name}?${thisMonth()}`);
const table = (report: Report, id: string): Table => report.tables.find((each) => each.id === id) ?? { id, columns: [], rows: [] };

/** The month's last moments would count what was raised in another one. */
async function open(page: Page, name: string, query = "period=this-month"): Promise<void> {
  await page.goto(`${service.url}/reports/${name}?${query}`);
  await page.getByRole("heading", { name: "What each figure counts" }).waitFor();
}

async function fitsSideways(page: Page, what: string): Promise<void> {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, `${what} scrolls sideways`).toBe(0);
}

test("answer times and outcomes show the figures of the report, each with what it counts", async () => {
  const mia = await signedIn("mia");
  const { page } = mia;
  await page.getByRole("navigation").getByRole("link", { name: "Reports", exact: true }).click();
  for (const [name, title] of [["response-times", "Answer times"], ["outcomes", "How calls ended"]] as const) {
    await page.getByRole("link", { name: title, exact: true }).click();
    await page.getByLabel("Period", { exact: true }).selectOption({ label: "This month until today" });
    expect(page.url()).toContain("period=this-month");
    await page.getByRole("region", { name: "By month", exact: true }).getByRole("cell", { name: "Moorland trust" }).waitFor();
    const report = await told(name);
    const months = table(report, "months");
    expect(months.rows.length, "a row for each organisation").toBe(2);
    const there = page.getByRole("region", { name: "By month", exact: true });
    for (const row of months.rows) {
      const line = there.getByRole("row").filter({ hasText: String(row.organisation_name) });
      for (const column of months.columns.filter((each) => each.counts_alerts)) {
        const value = row[column.figure];
        if (value === 0) expect(await line.getByRole("link", { name: `${column.title}: `, exact: false }).filter({ hasText: /^0$/ }).count(), "nought leads nowhere").toBe(0);
        else await line.getByRole("link", { name: `${column.title}: ${value}`, exact: true }).waitFor();
      }
    }
    await page.getByRole("button", { name: name === "outcomes" ? "No response" : "Alarm calls", exact: true }).first().hover();
    const meaning = report.definitions.find((each) => each.figure === (name === "outcomes" ? "no_response" : "calls"))?.words ?? "";
    await page.getByRole("tooltip").filter({ hasText: meaning }).waitFor();
    await page.getByRole("link", { name: "All reports (B)" }).click();
  }
  const outcomes = table(await told("outcomes"), "months").rows;
  const borough = outcomes.find((row) => row.organisation_name === "Borough telecare");
  expect([borough?.closed, borough?.accidental, borough?.reassured, borough?.emergency_service, borough?.no_response], "what was made").toEqual([4, 1, 2, 1, 0]);
});

test("a figure leads to exactly the alerts that it counts, and from there to the case and its evidence", async () => {
  const { page } = await signedIn("mia");
  await open(page, "outcomes");
  const months = table(await told("outcomes"), "months");
  const row = months.rows.find((each) => each.organisation_name === "Borough telecare");
  const line = page.getByRole("region", { name: "By month", exact: true }).getByRole("row").filter({ hasText: "Borough telecare" });
  await line.getByRole("link", { name: "Reassured: 2", exact: true }).click();
  await page.getByText("2 alerts with 2 activations").waitFor();
  const counted = await service.get<Items<{ alert: string }>>(`${String(row?.alerts).replace("/api/v1", "")}&figure=reassured`);
  const cases = page.locator("a[href^='/cases/']");
  const hrefs = await cases.evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  expect(hrefs.sort()).toEqual(counted.items.map((each) => `/cases/${each.alert}`).sort());
  // The address is enough: whoever gets it sees the same.
  await page.reload();
  await page.getByText("2 alerts with 2 activations").waitFor();
  await page.getByRole("link", { name: "The report (B)" }).click();
  await line.waitFor();
  expect(page.url(), "back to the period one came from").toContain("period=this-month");
  await page.goBack();
  await cases.first().click();
  await page.getByText("Evidence pack", { exact: true }).click();
  const kept = page.waitForEvent("download");
  await page.getByRole("button", { name: "Page to keep (HTML)" }).click();
  const html = readFileSync(await (await kept).path(), "utf8");
  expect(html).toContain("<!doctype html>");
  expect(html, "the note of the closing").toContain("All is well.");
  await page.getByRole("link", { name: "Evidence pack of Ada Byron" }).click();
  // The case has the same buttons.
  await page.getByRole("heading", { name: "Evidence pack of Ada Byron" }).waitFor();
  await page.getByLabel("For", { exact: true }).selectOption({ label: "The person's own request: without other persons' data" });
  const data = page.waitForEvent("download");
  await page.getByRole("button", { name: "Data (JSON)" }).click();
  const pack = JSON.parse(readFileSync(await (await data).path(), "utf8")) as { purpose: string; alerts: unknown[] };
  expect([pack.purpose, pack.alerts.length], "three calls of hers").toEqual(["subject_access", 3]);
});

test("a manager of one organisation sees nothing of another, not by any address", async () => {
  const { page } = await signedIn("bea");
  for (const name of ["response-times", "activations", "outcomes", "device-health", "false-alarms", "take-up", "workload", "social-value"]) {
    await open(page, name);
    const text = (await page.locator("main").textContent()) ?? "";
    for (const foreign of ["Borough", "Elm Row", "فاطمة"]) expect(text, `${name} shows ${foreign}`).not.toContain(foreign);
    if (name === "social-value") expect(text).toContain("Moorland trust");
  }
  const { items } = await service.get<Items<{ id: string; name: string }>>("/organisations");
  const borough = items.find((each) => each.name === "Borough telecare")?.id ?? "";
  await page.goto(`${service.url}/reports/outcomes?period=this-month&organisation=${borough}`);
  await page.getByRole("alert").getByText(/organisation/).waitFor();
  await page.goto(`${service.url}/reports/outcomes/alerts?figure=closed&organisation=${borough}&${thisMonth()}`);
  await page.getByRole("alert").getByText(/organisation/).waitFor();
  await page.goto(`${service.url}/reports/outcomes/alerts?figure=closed&${thisMonth()}`);
  await page.getByText("1 alert with 1 activation").waitFor();
});

test("tables come as CSV and whole reports as XLSX; on paper there is nothing to press", async () => {
  const { page } = await signedIn("mia");
  await open(page, "response-times");
  const [csv] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV: By month" }).click()]);
  const text = readFileSync(await csv.path(), "utf8");
  expect(text.split("\r\n")[0]?.startsWith("organisation,organisation_name,month,calls,answered") ?? false, text.slice(0, 200)).toBe(true);
  expect(text).toContain("Borough telecare");
  const [xlsx] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Excel (XLSX)" }).click()]);
  expect(xlsx.suggestedFilename()).toMatch(/^response-times-\d{4}-\d\d-01-\d{4}-\d\d-\d\d\.xlsx$/);
  const book = readFileSync(await xlsx.path());
  expect([book.subarray(0, 2).toString(), book.includes("xl/worksheets/sheet4.xml")], "a workbook with a sheet for each table and the definitions").toEqual(["PK", true]);
  const pressed = [page.getByRole("banner"), page.getByRole("navigation"), page.getByRole("button", { name: "Excel (XLSX)" }), page.getByLabel("Period", { exact: true })];
  for (const each of pressed) expect(await each.first().isVisible(), "on the screen").toBe(true);
  await page.emulateMedia({ media: "print" });
  for (const each of pressed) await each.first().waitFor({ state: "hidden" });
  const paper = await page.evaluate(() => {
    const style = getComputedStyle(document.body);
    return [style.backgroundColor, getComputedStyle(document.querySelector("main td") ?? document.body).color];
  });
  expect(paper, "black on white, whatever the screen shows").toEqual(["rgb(255, 255, 255)", "rgb(0, 0, 0)"]);
  for (const there of [page.locator("main b").filter({ hasText: "All organisations" }), page.getByText(/made .* \d{4}, \d\d:\d\d/), page.getByRole("heading", { name: "What each figure counts" })]) expect(await there.isVisible()).toBe(true);
  const boxes = await page.evaluate(() => [...document.querySelectorAll("main [role=region]")].map((each) => [getComputedStyle(each).overflow, getComputedStyle(each).maxHeight]));
  expect(boxes.length).toBeGreaterThan(1);
  for (const box of boxes) expect(box, "no row of a table stays behind in a box").toEqual(["visible", "none"]);
});

test("nobody is kept from any report by how it is made, in both colour schemes", async () => {
  const mia = await signedIn("mia");
  const { page } = mia;
  const found: string[] = [];
  const pages = [
    ["", "Reports"],
    ["/response-times?period=this-month", "What each figure counts"],
    ["/activations?period=this-month", "What each figure counts"],
    ["/social-value?period=this-month", "What each figure counts"],
    [`/outcomes/alerts?figure=closed&${thisMonth()}`, "Alerts: Closed"],
    ["/evidence", "Evidence pack"],
  ] as const;
  for (const [width, height] of [[1366, 768], [390, 844]] as const) {
    await page.setViewportSize({ width, height });
    for (const [path, heading] of pages) {
      await page.goto(`${service.url}/reports${path}`);
      await page.getByRole("heading", { name: heading }).first().waitFor();
      found.push(...(await mia.inspect(`reports${path.replace(/\?.*/, "").replaceAll("/", "-")}-${width}`)));
      await fitsSideways(page, `${path} at ${width}`);
    }
  }
  expect(found).toEqual([]);
});

interface Schedule {
  id: string;
  name: string;
  organisation: string;
  active: boolean;
  when: Record<string, unknown>;
  recipients: Record<string, unknown>[];
}

test("a report is made by the calendar, and now; what is refused is told at its field", async () => {
  const mia = await signedIn("mia");
  const { page } = mia;
  await page.goto(`${service.url}/reports/schedules`);
  await page.getByText("No report is made by the calendar yet.").waitFor();
  await page.keyboard.press("n");
  const form = page.getByRole("form", { name: "New scheduled report" });
  await form.getByLabel("Name").fill("For the board");
  await form.getByLabel("Organisation").selectOption({ label: "Moorland trust" });
  await form.getByLabel("Report", { exact: true }).selectOption({ label: "How calls ended" });
  await form.getByLabel("Day of the month (1 to 28)").fill("31");
  await form.getByRole("button", { name: "Add an e-mail address" }).click();
  await form.getByLabel("E-mail address 1").fill("board@example.org");
  await form.getByLabel("What recipient 1 gets").selectOption({ label: "A link" });
  await form.getByRole("button", { name: "Save" }).click();
  await form.getByText(/a day that every month has/).waitFor();
  const found = await mia.inspect("schedule-form");
  await form.getByLabel("Day of the month (1 to 28)").fill("2");
  await form.getByRole("button", { name: "Save" }).click();
  const made = page.getByRole("region", { name: "For the board" });
  await made.getByText(/On day 2 of every month at 06:00 · next .* 06:00/).waitFor();
  const kept = async () => (await service.get<Items<Schedule>>("/report-schedules")).items;
  expect(await kept()).toMatchObject([{ name: "For the board", organisation: other, active: true, when: { every: "monthly", day: 2, at: "06:00" }, recipients: [{ by: "email", to: "board@example.org", send: "link" }] }]);
  await made.getByRole("button", { name: "Make it now", exact: true }).click();
  await made.getByText("done", { exact: true }).waitFor();
  const [file] = await Promise.all([page.waitForEvent("download"), made.getByRole("button", { name: /^Fetch outcomes/ }).click()]);
  expect(readFileSync(await file.path()).subarray(0, 2).toString()).toBe("PK");
  found.push(...(await mia.inspect("schedules")));
  await page.setViewportSize({ width: 390, height: 844 });
  found.push(...(await mia.inspect("schedules-390")));
  await fitsSideways(page, "the scheduled reports");
  await made.getByRole("button", { name: "Switch off" }).click();
  await made.getByText("Switched off").waitFor();
  expect((await kept())[0]?.active).toBe(false);
  await made.getByRole("button", { name: "Archive" }).click();
  await made.getByRole("button", { name: "Archive it: it runs no more" }).click();
  await page.getByText("No report is made by the calendar yet.").waitFor();
  expect(await kept()).toEqual([]);
  expect(found).toEqual([]);
});
