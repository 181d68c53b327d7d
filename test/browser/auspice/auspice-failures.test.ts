import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { choose, drawnTips, openSelect } from "../../support/auspice/auspice-page.ts";
import type { BrowserSession } from "../../support/browser/browser-session.ts";
import { ask } from "../../support/requests/http.ts";
import { smallDataset, v1Pair } from "../../support/resources/small-dataset.ts";
import { narrative } from "../../support/resources/stored-objects.ts";
import type { DemoSite } from "../../support/server/demo-site.ts";
import { demoSite } from "../../support/server/demo-site.ts";

let site: DemoSite;
beforeAll(async () => {
  site = await demoSite({
    ...v1Pair("demo", "old_flu"),
    "demo/datasets/old_flu_tree.json": { type: "application/json", content: "{" },
    "demo/datasets/flu_ha.json": smallDataset({ title: "HA", rootSequence: true }),
    "demo/narratives/bare.md": { type: narrative, content: "# No front matter\n" },
    "demo/narratives/lost.md": {
      type: narrative,
      content:
        "---\ntitle: Lost\ndataset: https://elsewhere.example/groups/demo/gone\n---\n\n# [One](/groups/demo/gone)\n\nWords.\n",
    },
    "demo-private/datasets/flu_ha.json": smallDataset({ title: "HA", tips: 8, rootSequence: true }),
    "demo-private/datasets/flu_na.json": smallDataset({ title: "NA", tips: 5, rootSequence: true }),
  });
});
afterAll(() => site.close());

const errorPage = async (page: Page): Promise<string> => {
  const details = page.getByText("Details: ");
  await details.waitFor();
  return details.innerText();
};

describe("Auspice's error page", () => {
  let anybody: BrowserSession;
  beforeAll(async () => {
    anybody = await site.open();
  });

  test.each([
    ["/groups/demo/flu/ha:groups/demo/nothing", "JSONs for groups/demo/flu/ha and/or groups/demo/nothing"],
    [
      "/groups/demo/flu/ha:groups/demo-private/flu/ha",
      "JSONs for groups/demo/flu/ha and/or groups/demo-private/flu/ha",
    ],
    ["/groups/demo/old/flu", "JSONs for groups/demo/old/flu"],
    ["/groups/demo/narratives/bare", "narrative for /groups/demo/narratives/bare"],
  ])("AUS-7: shows the path, and does not change the URL: %s", async (path, named) => {
    const { page, goTo } = anybody;
    expect(await goTo(path)).toBe(200);
    expect(await errorPage(page)).toContain(`Couldn't load ${named}`);
    expect(new URL(page.url()).pathname).toBe(path);
    expect(await page.locator("body").innerText()).not.toContain("There is no such dataset");
  });

  it.each([
    ["/groups/demo/flu/ha:groups/demo/nothing", "Could not be loaded: groups/demo/nothing."],
    ["/groups/demo/narratives/bare", "narrative for /groups/demo/narratives/bare"],
    ["/groups/demo/narratives/lost", "Could not be loaded: groups/demo/gone."],
  ])("links to the group for its members only: %s", async (path, missing) => {
    const { page, goTo } = anybody;
    await goTo(path);
    const back = page.getByRole("link", { name: "See what the group demo has" });
    // Auspice renders its page twice when its list of datasets arrives after the error.
    await page.waitForLoadState("networkidle");
    const text = () => page.locator("#root").innerText();
    await expect.poll(text).toContain("It may have been moved or deleted");
    expect(await text()).toContain(missing);
    expect(await text()).not.toMatch(/contact with us/);
    expect(await page.locator('#root a[href*="nextstrain.org/contact"]').count()).toBe(0);
    await back.click();
    await page.waitForURL(`${site.origin}/groups/demo`);
  });

  it("AUS-7: lists the available datasets, with links", async () => {
    const { page, goTo } = anybody;
    await goTo("/groups/demo/flu/ha:groups/demo/nothing");
    await page.getByRole("link", { name: "groups/demo/flu/ha", exact: true }).click();
    await page.waitForURL(`${site.origin}/groups/demo/flu/ha`);
    expect(await drawnTips(page)).toBe(6);
  });
});

describe("a private dataset after the session has ended", () => {
  const ha = "/groups/demo-private/flu/ha";

  /** A page with the dataset, whose session has been ended by another client. */
  const leftOpen = async (path: string, tips: number): Promise<BrowserSession> => {
    const session = await site.openAs("alice", path);
    expect(await drawnTips(session.page)).toBe(tips);
    const cookies = await session.context.cookies(site.origin);
    const Cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    const ended = await ask(site.origin, {
      method: "DELETE",
      path: "/sessions?all=true",
      headers: { Cookie },
    });
    expect(ended.status).toBe(204);
    // The provider's session ends too.
    await session.context.clearCookies({ path: /^\/idp/ });
    return session;
  };

  it("redirects to the login at a reload, which returns to the same URL", async () => {
    const path = `${ha}:groups/demo-private/flu/na`;
    const { page, logIn, close } = await leftOpen(`${path}?l=radial`, 13);
    await page.reload();
    await logIn("alice");
    expect(await drawnTips(page)).toBe(13);
    expect(new URL(page.url()).pathname).toBe(path);
    expect(new URL(page.url()).searchParams.get("l")).toBe("radial");
    await close();
  });

  it("AUS-7: is shown on the open page with an error and a login link", async () => {
    const { page, logIn, close } = await leftOpen(ha, 8);
    await openSelect(page, page.locator("#selectTreeToo"));
    await choose(page, "groups/demo-private/flu/na");
    // The drawn tree is still visible.
    await page.getByText("Failed to fetch second tree").waitFor();
    expect(await drawnTips(page)).toBe(8);

    await page.locator("#dataset-select").click();
    const chooser = page.getByText("LOAD PROPOSED DATASET").locator("..");
    await openSelect(page, chooser.locator('[class*="-container"]').nth(3));
    await choose(page, "na");
    await page.getByText("LOAD PROPOSED DATASET").click();
    expect(await errorPage(page)).toContain("Couldn't load JSONs for groups/demo-private/flu/na");
    expect(await page.locator("#root").innerText()).not.toContain("lakeside");

    await page.getByRole("link", { name: "Log in" }).click();
    await logIn("alice");
    expect(await drawnTips(page)).toBe(5);
    expect(new URL(page.url()).pathname).toBe("/groups/demo-private/flu/na");
    await close();
  });
});
