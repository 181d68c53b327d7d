import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, ConsoleMessage, Page } from "playwright-core";
import { accessibilityViolations } from "./accessibility.ts";

/** A browser window, and the problems of its pages. */
export interface BrowserSession {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Violations of content security policies, and errors of scripts and of the console that concern this server. */
  readonly problems: string[];
  goTo(path: string): Promise<number>;
  /** Submits the provider's login form. */
  logIn(username: string): Promise<void>;
  /** Violations of WCAG 2.2 AA on the page. */
  violations(): Promise<string[]>;
  /** Takes a screenshot, if the environment variable SCREENSHOTS names a folder. */
  show(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface BrowserSessionOptions {
  readonly scripts?: boolean;
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
}

const folder = process.env["SCREENSHOTS"];

/** The hash of a style that Playwright inserts for a screenshot in Firefox, which tells that the page's policy blocks it. */
const screenshotStyle = createHash("sha256").update("body {}").digest("base64");

/** Auspice's scripts report errors for a map without tiles, which are expected. */
const isProblem = (message: ConsoleMessage, origin: string): boolean => {
  const { url } = message.location();
  const isOurs = url.startsWith(origin) && !url.startsWith(`${origin}/dist/`);
  return message.type() === "error" && (isOurs || /content security policy/i.test(message.text()));
};

export const browserSession = async (
  browser: Browser,
  origin: string,
  { scripts = true, width = 1280, colorScheme = "light" }: BrowserSessionOptions = {},
): Promise<BrowserSession> => {
  if (browser.browserType().name() === "firefox" && (!scripts || colorScheme === "dark"))
    throw new Error("Over WebDriver BiDi, Firefox can neither be without scripts nor dark.");
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    javaScriptEnabled: scripts,
    // The servers have certificates of their own authorities.
    ignoreHTTPSErrors: true,
  });
  // Other hosts are blocked, such as that of the map's tiles, so that no test depends on them.
  await context.route(/^https?:/, (route) =>
    route.request().url().startsWith(origin) ? route.continue() : route.abort(),
  );
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const problems: string[] = [];
  page.on("pageerror", ({ message }) => {
    if (!message.includes(screenshotStyle)) problems.push(message);
  });
  page.on("console", (message) => {
    if (isProblem(message, origin)) problems.push(`${page.url()}: ${message.text()}`);
  });
  return {
    page,
    context,
    problems,
    goTo: async (path) => (await page.goto(origin + path))?.status() ?? 0,
    logIn: async (username) => {
      await page.locator('input[name="username"]').fill(username);
      await page.locator('input[name="password"]').fill("demo");
      await page.getByRole("button", { name: "Log in" }).click();
    },
    violations: () => accessibilityViolations(page),
    show: async (name) => {
      if (folder === undefined) return;
      await mkdir(folder, { recursive: true });
      await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
    },
    close: () => context.close(),
  };
};
