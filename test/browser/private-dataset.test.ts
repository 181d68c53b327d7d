import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simulateOutbreak } from "../../src/app/sample/outbreak.ts";
import type { BrowserSession } from "../support/browser/browser-session.ts";
import { browserSession } from "../support/browser/browser-session.ts";
import { openChromium } from "../support/browser/chromium.ts";
import type { StartedServer } from "../support/server/started-server.ts";
import { startServerProcess } from "../support/server/started-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const group = "/groups/demo-private";
const dataset = `${group}/winter/2025`;
const narrative = `${group}/narratives/lakeside/around-the-lake`;
const seed = 42;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: StartedServer;
let browser: Browser;
let files: string[];
let tips: number;
let sessions: BrowserSession[];

interface Node {
  readonly children?: readonly Node[];
}
const countTips = (node: Node): number =>
  node.children?.reduce((sum, child) => sum + countTips(child), 0) ?? 1;

/** The files of a dataset that is not stored yet: main and its sidecars. */
const writeDataset = async (path: string): Promise<string[]> => {
  await mkdir(path);
  const outbreak = simulateOutbreak(seed);
  const main = JSON.parse(new TextDecoder().decode(outbreak.files.get("main"))) as { tree: Node };
  tips = countTips(main.tree);
  return Promise.all(
    Array.from(outbreak.files, async ([type, content]) => {
      const file = join(path, type === "main" ? "winter_2025.json" : `winter_2025_${type}.json`);
      await writeFile(file, content);
      return file;
    }),
  );
};

beforeAll(async () => {
  folder = await temporaryFolder();
  sessions = [];
  [server, browser, files] = await Promise.all([
    startServerProcess({ data: join(folder.path, "data"), workingFolder: folder.path }),
    openChromium(),
    writeDataset(join(folder.path, "files")),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await folder.remove();
});

const open = async (options = {}): Promise<BrowserSession> => {
  const session = await browserSession(browser, server.http, options);
  sessions.push(session);
  return session;
};

/** The tips in the tree that Auspice has drawn. */
const drawnTips = async ({ page }: BrowserSession): Promise<number> => {
  await page.locator("circle.tip").first().waitFor();
  return page.locator("circle.tip").count();
};

describe("a private dataset, in a browser", () => {
  let alice: BrowserSession;

  it("needs a login, which returns to it", async () => {
    alice = await open();
    expect(await alice.goTo("/")).toBe(200);
    await alice.show("groups-anonymous");
    expect(await alice.page.getByRole("link", { name: "demo-private" }).count()).toBe(0);
    await alice.goTo(group);
    await alice.show("login-form");
    await alice.page.locator('input[name="username"]').fill("alice");
    await alice.page.locator('input[name="password"]').fill("wrong");
    await alice.page.getByRole("button", { name: "Log in" }).click();
    await alice.page.getByRole("alert").waitFor();
    await alice.show("login-form-wrong-password");
    // Chromium logs the form's 422 for a wrong password on its console.
    alice.problems.length = 0;
    await alice.logIn("alice");
    await alice.page.waitForURL(server.http + group);
    await alice.page.getByText("Private group").waitFor();
    await alice.show("group-owner");
  });

  it("is uploaded with its sidecars on the group's page, which shows the progress", async () => {
    const { page, context } = alice;
    const upload = page.locator("#upload");
    await upload.locator('input[type="file"]').setInputFiles(files);
    expect(await upload.locator("li.file").count()).toBe(files.length);
    await alice.show("upload-chosen");
    // A slow connection, so that small files show some progress.
    const network = await context.newCDPSession(page);
    const line = { offline: false, latency: 5, downloadThroughput: 1e6, uploadThroughput: 20_000 };
    await network.send("Network.emulateNetworkConditions", line);
    await page.evaluate(`
      window.seen = [];
      setInterval(() => {
        for (const bar of document.querySelectorAll("#upload progress:not([hidden])")) seen.push(bar.value);
      }, 20);
    `);
    await upload.getByRole("button", { name: "Upload", exact: true }).click();
    await upload
      .getByText(/^Uploading: /)
      .first()
      .waitFor();
    await alice.show("upload-under-way");
    await upload.getByText(`${files.length} uploaded`).waitFor();
    await network.send("Network.emulateNetworkConditions", {
      ...line,
      uploadThroughput: -1,
      downloadThroughput: -1,
    });
    await alice.show("upload-done");
    const seen = (await page.evaluate("seen")) as number[];
    expect(seen.filter((value) => value > 0 && value < 1).length).toBeGreaterThan(2);
    // The list below is refreshed without a reload of the page.
    await page.locator("#resources").getByRole("link", { name: "winter/2025" }).waitFor();
  });

  it("is replaced only after a confirmation", async () => {
    const upload = alice.page.locator("#upload");
    await alice.page.reload();
    await upload
      .locator('input[type="file"]')
      .setInputFiles(files.filter((file) => file.endsWith("2025.json")));
    await upload.getByRole("button", { name: "Upload", exact: true }).click();
    await upload.getByText("There is already such a file").waitFor();
    await alice.show("upload-exists");
    await upload.getByRole("button", { name: "Replace it" }).click();
    await upload.getByText("1 uploaded").waitFor();
    // Chromium logs the 412 because of which the page asks.
    alice.problems.splice(
      0,
      Number.POSITIVE_INFINITY,
      ...alice.problems.filter((text) => !text.includes("412")),
    );
  });

  it("is not replaced by an invalid file, whose mistake is explained", async () => {
    const upload = alice.page.locator("#upload");
    const bad = join(folder.path, "files", "summer.json");
    await writeFile(bad, '{"meta": {}, "tree": ');
    await upload.locator('input[type="file"]').setInputFiles(bad);
    await upload.getByRole("button", { name: "Upload", exact: true }).click();
    await upload.locator(".outcome.bad").waitFor();
    await alice.show("upload-refused");
    expect(await upload.locator(".outcome.bad").innerText()).toMatch(/JSON/);
    alice.problems.splice(
      0,
      Number.POSITIVE_INFINITY,
      ...alice.problems.filter((text) => !text.includes("400")),
    );
  });

  it("is drawn by Auspice with all tips", async () => {
    await alice.page.goto(`${server.http}${dataset}?d=tree,map,measurements,entropy,frequencies&p=full`);
    expect(await drawnTips(alice)).toBe(tips);
    for (const panel of ["#d3MeasurementsSVG circle", "#d3entropy rect", "#d3frequencies path"]) {
      await alice.page.locator(panel).first().waitFor({ state: "attached" });
    }
    await alice.show("auspice-dataset");
  });

  it("is shown in a narrative", async () => {
    await alice.goTo(narrative);
    expect(await drawnTips(alice)).toBeGreaterThan(100);
    await alice.page.getByText("How the Lakeside virus went around the lake").first().waitFor();
    await alice.show("auspice-narrative");
  });

  it("is visible to bob, a viewer, who cannot upload", async () => {
    const bob = await open();
    await bob.goTo(dataset);
    await bob.logIn("bob");
    expect(await drawnTips(bob)).toBe(tips);
    await bob.goTo(group);
    await bob.show("group-viewer");
    await bob.page.locator("#resources").getByRole("link", { name: "winter/2025" }).waitFor();
    expect(await bob.page.locator('#upload, [data-delete], input[type="file"]').count()).toBe(0);
    await bob.goTo(`${group}/settings`);
    await bob.show("settings-viewer");
    expect(await bob.page.locator("textarea").count()).toBe(0);
  });

  it("is forbidden to carol, who is in no group", async () => {
    const carol = await open();
    await carol.goTo("/whoami");
    await carol.page.getByRole("main").getByRole("link", { name: "Log in" }).click();
    await carol.logIn("carol");
    await carol.page.getByText("You are carol").waitFor();
    await carol.show("whoami-no-group");
    for (const path of [group, dataset, narrative, `${group}/settings`, `${group}/nothing/there`]) {
      expect(await carol.goTo(path)).toBe(403);
      expect(await carol.page.content()).not.toContain("winter");
    }
    await carol.show("forbidden");
    const data = await carol.page.request.get(`${server.http}/charon/getDataset?prefix=${dataset}`);
    expect(data.status()).toBe(403);
    carol.problems.splice(
      0,
      Number.POSITIVE_INFINITY,
      ...carol.problems.filter((text) => !text.includes("403")),
    );
  });

  it("is not visible to alice after a logout, here and at the provider", async () => {
    await alice.goTo("/whoami");
    await alice.show("whoami-owner");
    await alice.page.locator(".menu > summary").click();
    await alice.page.getByRole("banner").getByRole("button", { name: "Log out" }).click();
    await alice.show("logout-at-provider");
    await alice.page.getByRole("button", { name: "Log out" }).click();
    await alice.page.waitForURL((url) => ["/", "/groups"].includes(url.pathname));
    await alice.show("after-logout");
    await alice.page.getByRole("link", { name: "Log in" }).first().waitFor();
    await alice.goTo(dataset);
    // The provider asks for the password again.
    await alice.page.locator('input[name="password"]').waitFor();
    const data = await alice.page.request.get(`${server.http}/charon/getDataset?prefix=${dataset}`);
    expect(data.status()).toBe(401);
  });

  it("causes no error on any console", () => {
    expect(sessions.flatMap(({ problems }) => problems)).toEqual([]);
  });
});
