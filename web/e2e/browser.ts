// The system's Chromium, and what every test does with it.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";

import type axe from "axe-core";
import { chromium, type Browser, type Page } from "playwright-core";

import { PASSWORD, type Service } from "./service.ts";

const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const SCREENSHOTS = new URL("../screenshots/", import.meta.url).pathname;

export async function launch(): Promise<Browser> {
  // Under the names by which `scripts/install-tools` looks for it too.
  const { stdout } = spawnSync("sh", ["-c", "command -v chromium || command -v chromium-browser || command -v google-chrome"], { encoding: "utf8" });
  const executablePath = stdout.trim();
  if (executablePath === "") throw new Error("Chromium is missing: scripts/install-tools test installs it");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** A person's own browser window. What the page's policy forbids, or a script throws, fails the test at `quiet`. */
export class Window {
  readonly page: Page;
  private readonly faults: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) this.faults.push(message.text());
    });
  }

  static async open(browser: Browser, service: Service, size = { width: 1366, height: 768 }): Promise<Window> {
    const context = await browser.newContext({ viewport: size, timezoneId: "Europe/London", locale: "en-GB" });
    context.setDefaultTimeout(20_000);
    const window = new Window(await context.newPage());
    await window.page.goto(service.url);
    return window;
  }

  async signIn(login: string, first = "Queue"): Promise<void> {
    await this.page.locator("input[name=login]").fill(login);
    await this.page.locator("input[name=password]").fill(PASSWORD);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.page.getByRole("heading", { name: first, level: 1 }).waitFor();
  }

  /** An alert's line in the queue. */
  line(home: string) {
    return this.page.getByRole("listitem").filter({ hasText: home });
  }

  /** What axe finds that matters, in the dark scheme and in the light one; and a picture of each in the folder that git ignores. */
  async inspect(name: string): Promise<string[]> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const found: string[] = [];
    for (const scheme of ["dark", "light"]) {
      await this.page.evaluate((wanted) => document.documentElement.setAttribute("data-mantine-color-scheme", wanted), scheme);
      // Colours fade over; axe must not look at them half way.
      await this.page.evaluate(() => Promise.all(document.getAnimations().map((each) => each.finished.catch(() => undefined))));
      await this.page.screenshot({ path: `${SCREENSHOTS}${name}-${scheme}.png` });
      await this.page.evaluate(AXE);
      const result = await this.page.evaluate(async () => (window as unknown as { axe: typeof axe }).axe.run({ resultTypes: ["violations"] }));
      for (const violation of result.violations) {
        if (violation.impact !== "serious" && violation.impact !== "critical") continue;
        found.push(`${name}, ${scheme}: ${violation.id}: ${violation.nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary ?? ""}`).join("; ")}`);
      }
    }
    await this.page.evaluate(() => document.documentElement.setAttribute("data-mantine-color-scheme", "dark"));
    return found;
  }

  /** To a page whose heading is its name in the menu, as people go. */
  async goTo(name: string): Promise<void> {
    await this.page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
    await this.page.getByRole("heading", { name, level: 1 }).waitFor();
  }

  /** What axe finds at a desk and on a phone, which must not scroll sideways. */
  async looked(name: string): Promise<string[]> {
    const found = await this.inspect(name);
    await this.page.setViewportSize({ width: 390, height: 844 });
    found.push(...(await this.inspect(`${name}-390`)));
    const wide = await this.sideways();
    await this.page.setViewportSize({ width: 1366, height: 768 });
    return wide === 0 ? found : [...found, `${name} scrolls sideways on a phone`];
  }

  /** By how much the page is wider than its window: nobody scrolls sideways to see who waits. */
  sideways(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }

  /** Nothing went wrong in the page that nobody saw. */
  quiet(): string[] {
    return this.faults;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
