import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BrowserSession, BrowserSessionOptions } from "../support/browser/browser-session.ts";
import { browserSession } from "../support/browser/browser-session.ts";
import { browserNames, openBrowser } from "../support/browser/browsers.ts";
import { dataset, mainContent, putObjects } from "../support/resources/stored-objects.ts";
import type { StartedServer } from "../support/server/started-server.ts";
import { startServerProcess } from "../support/server/started-server.ts";
import { filesystemStores } from "../support/stores/filesystem-stores.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const path = "/admin/groups";

describe.each(browserNames)("an administrator with %s", (browserName) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: StartedServer;
  let browser: Browser;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const groupsFile = join(folder.path, "groups.json");
    await writeFile(groupsFile, "[]");
    [server, browser] = await Promise.all([
      startServerProcess({
        data: join(folder.path, "data"),
        workingFolder: folder.path,
        environment: { GROUPS_DATA_FILE: groupsFile, ADMINISTRATORS: '["alice"]' },
      }),
      openBrowser(browserName),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await folder.remove();
  });

  const openAs = async (username: string, at: string, options: BrowserSessionOptions = {}) => {
    const session = await browserSession(browser, server.http, options);
    await session.goTo(`/login?return_to=${encodeURIComponent(at)}`);
    await session.logIn(username);
    await session.page.waitForURL(server.http + at);
    return session;
  };
  const look = async (session: BrowserSession, name: string) => {
    await session.show(`administration-${name}-${browserName}`);
    expect(await session.violations()).toEqual([]);
  };
  const make = async ({ page }: BrowserSession, name: string, owner: string) => {
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Owner").fill(owner);
    await page.getByRole("button", { name: "Make the group" }).click();
  };

  it("makes a group, whose owner is in it with the next click", async () => {
    const alice = await openAs("alice", "/groups");
    await alice.page.getByText("alice", { exact: true }).click();
    await alice.page.getByRole("link", { name: "Administration" }).click();
    await alice.page.getByRole("heading", { name: "Administration" }).waitFor();
    await look(alice, "none");
    await make(alice, "Measles", "bob");
    await alice.page.getByRole("heading", { name: "Measles" }).waitFor();
    await look(alice, "pending");
    const bob = await openAs("bob", "/groups/Measles");
    expect(await bob.page.getByRole("heading", { name: "Measles" }).count()).toBeGreaterThan(0);
    await alice.goTo(path);
    await look(alice, "one");
    expect(alice.problems).toEqual([]);
    await make(alice, "MEASLES", "carol");
    await alice.page.getByText("The group was not made.").waitFor();
    expect(await alice.page.getByLabel("Name").inputValue()).toBe("MEASLES");
    await look(alice, "refused");
    await bob.close();
    await alice.close();
  });

  it("makes a group public after seeing what it holds, archives it, and deletes it", async () => {
    const alice = await openAs("alice", path);
    const { page } = alice;
    await make(alice, "to-close", "bob");
    await page.getByRole("heading", { name: "to-close" }).waitFor();
    const objects = Object.fromEntries(
      ["a_1", "a_2", "b"].map((name) => [
        `to-close/datasets/${name}.json`,
        { type: dataset(), content: mainContent(name) },
      ]),
    );
    const stored = filesystemStores.open(folder.path, Date.now);
    await putObjects({ stored }, objects);
    await stored.close();
    await page.getByRole("button", { name: "Make it public" }).click();
    await page.getByText("a/2").waitFor();
    await look(alice, "public");
    await page.getByRole("button", { name: "Make it public", exact: true }).click();
    await page.getByRole("button", { name: "Make it private" }).waitFor();
    await page.getByRole("button", { name: "Archive it" }).click();
    await page.getByRole("button", { name: "Open it again" }).waitFor();
    await look(alice, "archived");
    expect(alice.problems).toEqual([]);
    await page.getByLabel("Type the group's name").fill("to-close");
    await page.getByRole("button", { name: "Delete the group" }).click();
    await page.getByText("Nothing was changed.").waitFor();
    await page.getByLabel("Type the group's name").fill("to-close");
    await page.getByLabel("Delete its datasets").check();
    await page.getByRole("button", { name: "Delete the group" }).click();
    await page.getByText("There is no group to-close any more.").waitFor();
    expect(await page.evaluate("document.activeElement.role")).toBe("status");
    expect(await page.getByRole("link", { name: "to-close" }).count()).toBe(0);
    await alice.close();
  });

  it("sees thirty groups on a phone, in the dark, and without scripts, in 60 kB", async () => {
    const alice = await openAs("alice", path);
    for (let index = 0; index < 30; index++) {
      const data = {
        name: `lab-${index}`,
        visibility: index % 3 ? "private" : "public",
        owner: index % 2 ? "bob" : "carol",
      };
      const answer = await alice.page.request.post(server.http + path, {
        data,
        headers: { Origin: server.http },
      });
      expect(answer.status()).toBe(201);
    }
    await alice.goTo(path);
    await look(alice, "thirty");
    const { length } = await (await alice.page.request.get(server.http + path)).body();
    expect(length).toBeLessThan(40_000);
    await alice.close();
    const others: BrowserSessionOptions[] =
      browserName === "firefox"
        ? [{ width: 360 }]
        : [{ width: 360, scripts: false }, { colorScheme: "dark" }, { width: 360, colorScheme: "dark" }];
    for (const [index, options] of others.entries()) {
      const session = await openAs("alice", path, options);
      await session.show(`administration-thirty-${browserName}-${index}`);
      if (options.scripts !== false) expect(await session.violations()).toEqual([]);
      const width = await session.page.locator("body").evaluate((body) => body.scrollWidth);
      expect(width).toBeLessThanOrEqual(options.width ?? 1280);
      await session.goTo(`${path}/lab-1`);
      await session.show(`administration-group-${browserName}-${index}`);
      await session.close();
    }
  });
});
