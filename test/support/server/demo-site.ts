import { join } from "node:path";
import type { Browser } from "playwright-core";
import type { BrowserSession, BrowserSessionOptions } from "../browser/browser-session.ts";
import { browserSession } from "../browser/browser-session.ts";
import { type BrowserName, openBrowser } from "../browser/browsers.ts";
import type { PlainObject } from "../resources/stored-objects.ts";
import { putObjects } from "../resources/stored-objects.ts";
import { filesystemStores } from "../stores/filesystem-stores.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import type { StartedServer } from "./started-server.ts";
import { startServerProcess } from "./started-server.ts";

/** The program as it starts without settings, with its demo groups and accounts, and browsers. */
export interface DemoSite {
  readonly server: StartedServer;
  readonly origin: string;
  readonly browser: Browser;
  open(options?: BrowserSessionOptions): Promise<BrowserSession>;
  /** A browser of a user who has logged in and is at this path. */
  openAs(username: string, path: string): Promise<BrowserSession>;
  /** Writes files directly into the store, like an operator. */
  put(objects: Readonly<Record<string, PlainObject>>): Promise<void>;
  close(): Promise<void>;
}

export const demoSite = async (
  objects: Readonly<Record<string, PlainObject>> = {},
  browserName: BrowserName = "chromium",
): Promise<DemoSite> => {
  const folder = await temporaryFolder();
  const [server, browser] = await Promise.all([
    startServerProcess({ data: join(folder.path, "data"), workingFolder: folder.path }),
    openBrowser(browserName),
  ]);
  const stored = filesystemStores.open(folder.path, Date.now);
  const open = (options: BrowserSessionOptions = {}) => browserSession(browser, server.http, options);
  const put = (added: Readonly<Record<string, PlainObject>>) => putObjects({ stored }, added);
  await put(objects);
  return {
    server,
    origin: server.http,
    browser,
    open,
    openAs: async (username, path) => {
      const session = await open();
      await session.goTo(`/login?return_to=${encodeURIComponent(path)}`);
      await session.logIn(username);
      await session.page.waitForURL((url) => url.pathname === path.split("?")[0]);
      return session;
    },
    put,
    close: async () => {
      await browser.close();
      await server.stop();
      await stored.close();
      await folder.remove();
    },
  };
};
