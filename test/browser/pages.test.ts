import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logo } from "../../src/app/sample/logo.ts";
import type { BrowserSession, BrowserSessionOptions } from "../support/browser/browser-session.ts";
import { browserSession } from "../support/browser/browser-session.ts";
import { openChromium } from "../support/browser/chromium.ts";
import type { StartedServer } from "../support/server/started-server.ts";
import { startServerProcess } from "../support/server/started-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const group = "/groups/demo-private";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: StartedServer;
let browser: Browser;

beforeAll(async () => {
  folder = await temporaryFolder();
  [server, browser] = await Promise.all([
    startServerProcess({ data: join(folder.path, "data"), workingFolder: folder.path }),
    openChromium(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await folder.remove();
});

const open = (options: BrowserSessionOptions = {}): Promise<BrowserSession> =>
  browserSession(browser, server.http, options);

describe("an owner can", () => {
  it("change a group's overview and logo", async () => {
    const owner = await open();
    const { page } = owner;
    await owner.goTo(`${group}/settings`);
    await owner.logIn("alice");
    await page.waitForURL(`${server.http}${group}/settings`);
    await owner.show("settings-owner");
    const overview = page.locator("#overview");
    await overview.getByLabel("Title").fill("Winter at the lake");
    await overview.getByLabel("Text").fill("## Hello\n\nSome *words*.\n");
    await overview.getByRole("button", { name: "Save" }).click();
    await overview.getByText("Saved.").waitFor();
    const picture = { name: "logo.png", mimeType: "image/png", buffer: Buffer.from(logo("public")) };
    await page.locator('#logo input[type="file"]').setInputFiles(picture);
    await page.locator("#logo figure").waitFor();
    await owner.show("settings-logo-chosen");
    await page.getByRole("button", { name: "Upload the logo" }).click();
    await page.getByText("The new logo is in use.").waitFor();
    await owner.show("settings-saved");
    await page.getByRole("button", { name: "Delete the logo" }).click();
    await owner.show("settings-logo-removal");
    await page.getByRole("button", { name: "Keep it" }).click();

    await owner.goTo(group);
    await page.getByRole("heading", { name: "Winter at the lake" }).waitFor();
    await page.getByRole("heading", { name: "Hello" }).waitFor();
    expect(await page.evaluate('document.querySelector("img.logo").naturalWidth')).toBe(160);
    await owner.show("group-after-settings");
    expect(owner.problems).toEqual([]);
  });
});

describe("the frame", () => {
  it("has a menu of the account, which Escape closes, and commands to copy", async () => {
    const member = await open();
    const { page, context } = member;
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await member.goTo(group);
    await member.logIn("alice");
    const menu = page.locator(".menu > summary");
    await menu.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "My sessions" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "My sessions" }).waitFor({ state: "hidden" });
    expect(await page.evaluate('document.activeElement.matches(".menu > summary")')).toBe(true);

    await page.getByRole("button", { name: "Copy" }).nth(1).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(
      `nextstrain remote upload ${server.http}${group} file.json`,
    );
    await page.getByRole("link", { name: "more in the guide" }).click();
    await page.getByRole("heading", { name: "With the Nextstrain CLI" }).waitFor();
    expect(member.problems).toEqual([]);
  });
});

describe("pages without scripts", () => {
  it("can be read after a login without scripts", async () => {
    const reader = await open({ scripts: false });
    const { page } = reader;
    await reader.goTo(group);
    await reader.logIn("bob");
    await page.locator("#resources").getByRole("link", { name: "lakeside/2024" }).waitFor();
    await reader.show("group-no-scripts");
    await reader.goTo("/groups");
    await page.getByRole("link", { name: "demo-private" }).first().waitFor();
    await reader.show("groups-no-scripts");
    await page.locator(".menu > summary").click();
    await page.getByRole("banner").getByRole("link", { name: "Your account" }).click();
    await page.getByText("You are bob").waitFor();
    expect(await reader.goTo("/nowhere")).toBe(404);
    await reader.show("not-found");
    expect(await reader.goTo(`${group}/not/there`)).toBe(404);
    await page.getByText("does not exist").waitFor();
    await reader.show("dataset-missing");
    await page.locator(".menu > summary").click();
    await page.getByRole("banner").getByRole("button", { name: "Log out" }).click();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("link", { name: "Log in" }).first().waitFor();
  });
});

describe("pages on a phone with a dark color scheme", () => {
  it("are not wider than the screen", async () => {
    const phone = await open({ width: 390, colorScheme: "dark" });
    await phone.goTo(`${group}/settings`);
    await phone.logIn("alice");
    await phone.page.waitForURL(`${server.http}${group}/settings`);
    for (const path of ["/groups", group, `${group}/settings`, `${group}/settings/members`, "/whoami"]) {
      expect(await phone.goTo(path)).toBe(200);
      expect(await phone.page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
      await phone.show(`phone${path.replaceAll("/", "-")}`);
    }
    expect(phone.problems).toEqual([]);
  });
});
