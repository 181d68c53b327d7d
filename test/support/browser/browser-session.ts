import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, ConsoleMessage, Page } from "playwright-core";

/** A person's browser window, and everything in it that was not as it should be. */
export interface BrowserSession {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Breaches of content security policies, errors of scripts and on the console, about our own addresses. */
  readonly troubles: string[];
  goTo(path: string): Promise<number>;
  /** From any page, by the provider's form; ends where the login was asked for. */
  logIn(username: string): Promise<void>;
  /** Only where the environment's SCREENSHOTS names a folder for people to look through. */
  show(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface BrowserSessionOptions {
  readonly scripts?: boolean;
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
}

const folder = process.env["SCREENSHOTS"];

/** Auspice's own scripts complain about a map without tiles, which is no fault of ours. */
const isTrouble = (message: ConsoleMessage, origin: string): boolean => {
  const { url } = message.location();
  const isOurs = url.startsWith(origin) && !url.startsWith(`${origin}/dist/`);
  return message.type() === "error" && (isOurs || /content security policy/i.test(message.text()));
};

export const browserSession = async (
  browser: Browser,
  origin: string,
  { scripts = true, width = 1280, colorScheme = "light" }: BrowserSessionOptions = {},
): Promise<BrowserSession> => {
  const viewport = { width, height: 900 };
  const context = await browser.newContext({ viewport, colorScheme, javaScriptEnabled: scripts });
  // The map's tiles come from another host, and no test depends on one.
  await context.route(/^https?:/, (route) =>
    route.request().url().startsWith(origin) ? route.continue() : route.abort(),
  );
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => {
    if (isTrouble(message, origin)) troubles.push(`${page.url()}: ${message.text()}`);
  });
  return {
    page,
    context,
    troubles,
    goTo: async (path) => (await page.goto(origin + path))?.status() ?? 0,
    logIn: async (username) => {
      await page.locator('input[name="username"]').fill(username);
      await page.locator('input[name="password"]').fill("demo");
      await page.getByRole("button", { name: "Log in" }).click();
    },
    show: async (name) => {
      if (folder === undefined) return;
      await mkdir(folder, { recursive: true });
      await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
    },
    close: () => context.close(),
  };
};
