import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawnTips } from "../../support/auspice/auspice-page.ts";
import type { DemoSite } from "../../support/server/demo-site.ts";
import { demoSite } from "../../support/server/demo-site.ts";

const dataset = "/groups/demo/lakeside/2024";
const privateDataset = "/groups/demo-private/lakeside/2024";
const narrative = "/groups/demo/narratives/lakeside/around-the-lake";

let site: DemoSite;
beforeAll(async () => {
  site = await demoSite();
});
afterAll(() => site?.close());

const bar = (page: Page) => page.getByRole("banner");
const link = (page: Page, name: string) => bar(page).getByRole("link", { name, exact: true });

/** Changes the URL without loading a page, as the browser's history buttons do. */
const goWithin = (page: Page, path: string) =>
  page.evaluate(`history.pushState({}, "", "${path}"); dispatchEvent(new PopStateEvent("popstate"))`);

/** Confirms the logout at the provider, which redirects back. */
const confirmLogout = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL((url) => ["/", "/groups"].includes(url.pathname));
};

describe("The bar above Auspice", () => {
  it("shows the user, and links to the group, the help, the sessions and the logout, with the keyboard too", async () => {
    const { page, goTo, problems, close } = await site.openAs("alice", dataset);
    await drawnTips(page);
    const focused: unknown[] = [];
    for (let key = 0; key < 6; key += 1) {
      await page.keyboard.press("Tab");
      focused.push(
        await page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.innerText.trim()"),
      );
    }
    expect(focused).toEqual([
      "Nextstrain Groups",
      "Back to the group demo",
      "Help",
      "alice",
      "My sessions",
      "Log out",
    ]);
    await link(page, "Back to the group demo").click();
    await page.waitForURL(`${site.origin}/groups/demo`);
    await goTo(dataset);
    await link(page, "My sessions").click();
    await page.waitForURL(`${site.origin}/sessions`);
    await goTo(dataset);
    await bar(page).getByRole("button", { name: "Log out" }).click();
    await confirmLogout(page);
    await goTo(dataset);
    await link(page, "Log in").waitFor();
    // There is no CSP violation either.
    expect(problems).toEqual([]);
    await close();
  });

  it("has a login link for anonymous visitors, which returns to what Auspice shows at that time", async () => {
    const { page, goTo, logIn, problems, close } = await site.open();
    await goTo(dataset);
    await drawnTips(page);
    expect(await bar(page).getByRole("button").count()).toBe(0);
    await page.getByRole("button", { name: "radial" }).click();
    await page.waitForURL(/[?&]l=radial/);
    await link(page, "Log in").click();
    await logIn("bob");
    await page.waitForURL(`${site.origin}${dataset}?l=radial`);
    await link(page, "bob").waitFor();
    expect(await drawnTips(page)).toBe(120);
    expect(problems).toEqual([]);
    await close();
  });

  it("is updated when Auspice navigates to another group", async () => {
    const { page, close } = await site.openAs("alice", dataset);
    await drawnTips(page);
    await goWithin(page, privateDataset);
    // Auspice has changed the dataset when its title has changed.
    await page.waitForFunction('document.title.includes("demo-private")');
    await link(page, "Back to the group demo-private").waitFor();
    expect(await link(page, "Back to the group demo-private").getAttribute("href")).toBe(
      "/groups/demo-private",
    );
    // Auspice returns to the URL of a dataset that it was still loading.
    const isFollowed = async () => {
      await goWithin(page, narrative);
      const toGroup = link(page, "Back to the group demo");
      return toGroup.waitFor({ timeout: 2000 }).then(
        () => true,
        () => false,
      );
    };
    await expect.poll(isFollowed, { timeout: 15_000 }).toBe(true);
    await close();
  });

  it("is updated on hover, in browsers without the Navigation API", async () => {
    const { page, context, goTo, close } = await site.openAs("alice", dataset);
    await context.addInitScript('Object.defineProperty(window, "navigation", { value: undefined })');
    await goTo(dataset);
    await drawnTips(page);
    await page.evaluate(`history.pushState({}, "", "${privateDataset}")`);
    await link(page, "Back to the group demo").hover();
    await link(page, "Back to the group demo-private").click();
    await page.waitForURL(`${site.origin}/groups/demo-private`);
    await close();
  });

  it("has a login link after the session has ended, beside Auspice's error", async () => {
    const { page, context, logIn, close } = await site.openAs("alice", dataset);
    await drawnTips(page);
    const other = await context.newPage();
    await other.goto(`${site.origin}/whoami`);
    await other.locator(".menu > summary").click();
    await bar(other).getByRole("button", { name: "Log out" }).click();
    await confirmLogout(other);
    await goWithin(page, privateDataset);
    await page.getByText(/couldn't load/i).waitFor();
    await bar(page).getByText("You have been logged out.").waitFor();
    expect(await bar(page).innerText()).not.toContain("alice");
    await link(page, "Log in").click();
    await logIn("alice");
    await page.waitForURL(site.origin + privateDataset);
    await link(page, "alice").waitFor();
    expect(await drawnTips(page)).toBe(120);
    await close();
  });

  it("is updated after a login in another tab, when its tab becomes visible", async () => {
    const { page, context, goTo, close } = await site.open();
    await goTo(dataset);
    await drawnTips(page);
    const other = await context.newPage();
    await other.goto(`${site.origin}/login?return_to=/whoami`);
    await other.locator('input[name="username"]').fill("bob");
    await other.locator('input[name="password"]').fill("demo");
    await other.getByRole("button", { name: "Log in" }).click();
    await other.getByText("You are bob").waitFor();
    expect(await link(page, "bob").count()).toBe(0);
    await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
    await link(page, "bob").waitFor();
    await close();
  });
});
