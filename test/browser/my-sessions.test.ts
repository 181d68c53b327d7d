import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openChromium } from "../support/browser/chromium.ts";
import type { RunningServer } from "../support/server/running-server.ts";
import { startServer } from "../support/server/running-server.ts";

let chromium: Browser;
let server: RunningServer;
beforeAll(async () => {
  [chromium, server] = await Promise.all([openChromium(), startServer()]);
});
afterAll(async () => {
  await chromium?.close();
  await server?.close();
});

const iphone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/** A new browser context that has logged in at the provider. */
const loggedIn = async (options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> => {
  const context: BrowserContext = await chromium.newContext({ javaScriptEnabled: false, ...options });
  const page = await context.newPage();
  await page.goto(`${server.origin}/login`);
  return page;
};

const whoami = async (page: Page): Promise<string> => {
  await page.goto(`${server.origin}/whoami`);
  return page.locator("h1").innerText();
};

it("users can list and end their sessions without scripts", async () => {
  const [here, phone, other] = [
    await loggedIn(),
    await loggedIn({ userAgent: iphone, viewport: { width: 390, height: 844 } }),
    await loggedIn(),
  ];
  await whoami(here);
  await here.getByRole("link", { name: "My sessions" }).click();
  const rows = here.locator(".sessions li");
  expect(await rows.count()).toBe(3);
  expect(await rows.filter({ hasText: "this one" }).count()).toBe(1);
  await rows.filter({ hasText: "Safari on iPhone" }).getByRole("button").click();
  await here.waitForURL(`${server.origin}/sessions`);
  expect(await rows.count()).toBe(2);
  expect(await whoami(phone)).toBe("You are not logged in");
  expect(await whoami(other)).toBe("You are alice");
  await here.getByRole("button", { name: "Log out all other browsers" }).click();
  await here.waitForURL(`${server.origin}/sessions`);
  expect(await rows.count()).toBe(1);
  expect(await here.getByRole("button", { name: "Log out all other browsers" }).count()).toBe(0);
  expect(await whoami(other)).toBe("You are not logged in");
  expect(await whoami(here)).toBe("You are alice");
});

it("a script shows times in the visitor's time zone, with UTC as title", async () => {
  await loggedIn();
  for (const [timezoneId, zone, language] of [
    ["Asia/Kathmandu", "GMT+5:45", "en-GB"],
    ["America/Caracas", "GMT-4", "en-US@posix"],
  ] as const) {
    const page = await loggedIn({ javaScriptEnabled: true, timezoneId });
    await page.addInitScript(
      `Object.defineProperty(navigator, "languages", { value: ["${language}", "de"] })`,
    );
    const problems: string[] = [];
    page.on("console", (message) => problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(`${server.origin}/sessions`);
    const time = page.locator(".sessions time").first();
    await expect.poll(() => time.innerText()).toContain(zone);
    const at = new Date((await time.getAttribute("datetime")) ?? "");
    const clock = at.toLocaleTimeString("en-GB", {
      timeZone: timezoneId,
      hour: "2-digit",
      minute: "2-digit",
    });
    expect(await time.innerText()).toContain(clock);
    expect(await time.getAttribute("title")).toBe(`${at.toISOString().slice(0, 16).replace("T", " ")} UTC`);
    expect(await page.locator("time", { hasText: "UTC" }).count()).toBe(0);
    expect(problems).toEqual([]);
  }
  const plain = await loggedIn();
  await plain.goto(`${server.origin}/sessions`);
  expect(await plain.locator(".sessions time").first().innerText()).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
  );
});

it("the page fits on a phone's screen", async () => {
  const phone = await loggedIn({ userAgent: iphone, viewport: { width: 390, height: 844 } });
  await loggedIn();
  await phone.goto(`${server.origin}/sessions`);
  const width = await phone.locator("html").evaluate((html) => html.scrollWidth);
  expect(width).toBeLessThanOrEqual(390);
});
