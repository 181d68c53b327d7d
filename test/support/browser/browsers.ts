import type { Browser } from "playwright-core";
import { openChromium } from "./chromium.ts";
import { openFirefox } from "./firefox.ts";

/** The browsers that stories are told in: `describe.each(browserNames)`. */
export const browserNames = ["chromium", "firefox"] as const;

export type BrowserName = (typeof browserNames)[number];

/** A new headless browser; a test file opens each once, and closes it. */
export const openBrowser = (name: BrowserName): Promise<Browser> =>
  name === "firefox" ? openFirefox() : openChromium();
