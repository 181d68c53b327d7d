import type { Request, Response } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { drawnTips, recordRequests } from "../../support/auspice/auspice-page.ts";
import type { BrowserSession } from "../../support/browser/browser-session.ts";
import { smallDataset } from "../../support/resources/small-dataset.ts";
import type { DemoSite } from "../../support/server/demo-site.ts";
import { demoSite } from "../../support/server/demo-site.ts";

const dataset = "/groups/demo/flu/ha";
const narrative = "/groups/demo/narratives/lakeside/around-the-lake";

let site: DemoSite;
let session: BrowserSession;
beforeAll(async () => {
  site = await demoSite({
    "demo/datasets/flu_ha.json": smallDataset({ title: "HA", rootSequence: true }),
    "demo/datasets/flu_na.json": smallDataset({ title: "NA", rootSequence: true }),
  });
  session = await site.open();
});
afterAll(() => site.close());

describe("Auspice's entrypoint", () => {
  test.each([
    dataset,
    `${dataset}/`,
    `${dataset}?l=radial&p=full`,
    `${dataset}:groups/demo/flu/na`,
    narrative,
    "/edit/narratives",
  ])("AUS-1: is the response at %s, and is not cached", async (path) => {
    const { page } = session;
    const response = await page.goto(site.origin + path);
    expect(response?.headers()).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "private, no-store",
    });
    if (path === "/edit/narratives") await page.getByText("Drag & Drop markdown file to begin").waitFor();
    else expect(await drawnTips(page)).toBeGreaterThan(5);
  });

  it("AUS-8: is at the canonical spelling of the group, with query and second tree", async () => {
    const { page } = session;
    await page.goto(`${site.origin}/groups/DEMO/flu/ha:groups/Demo/flu/na?l=radial`);
    expect(await drawnTips(page)).toBe(12);
    const { pathname, searchParams } = new URL(page.url());
    expect([pathname, searchParams.get("l")]).toEqual(["/groups/demo/flu/ha:groups/Demo/flu/na", "radial"]);
    await page.reload();
    expect(await drawnTips(page)).toBe(12);
  });

  test.each([
    ["/", "/groups"],
    ["/groups/demo", "/groups/demo"],
    ["/groups/demo/narratives", "/groups/demo"],
  ])("AUS-6: is not at %s, which is a page of the server", async (path, shown) => {
    const { page, goTo } = session;
    await goTo(path);
    expect(new URL(page.url()).pathname).toBe(shown);
    await page.getByRole("banner").getByRole("link", { name: "Log in" }).waitFor();
    expect(await page.locator('script[src^="/dist/"]').count()).toBe(0);
  });
});

describe("what a page of Auspice loads", () => {
  let requests: readonly Request[];
  let responses: Map<string, Response | null>;
  beforeAll(async () => {
    requests = recordRequests(session.page);
    await session.goTo("/groups/demo/lakeside/2024?d=tree,map,measurements,entropy,frequencies&p=full");
    await drawnTips(session.page);
    await session.page.locator("#d3frequencies path").first().waitFor({ state: "attached" });
    await session.page.waitForLoadState("networkidle");
    const own = requests.filter((request) => request.url().startsWith(site.origin));
    responses = new Map(
      await Promise.all(
        own.map(async (request) => [new URL(request.url()).pathname, await request.response()] as const),
      ),
    );
  });
  const loaded = (...types: readonly string[]): string[] =>
    requests
      .filter((request) => types.includes(request.resourceType()) && request.url().startsWith(site.origin))
      .map((request) => new URL(request.url()).pathname)
      // The bar's own assets are excluded.
      .filter((path) => !path.startsWith("/assets/"));

  it("AUS-2: is scripts, fonts and images below /dist/, immutable, with large ones compressed", () => {
    const paths = loaded("script", "font", "image", "stylesheet");
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) {
      expect(path).toMatch(/^\/dist\/(auspice\.[\w.-]+\.)?[0-9a-f]{20}\.\w+$/);
      expect(responses.get(path)?.status()).toBe(200);
      expect(responses.get(path)?.headers()["cache-control"]).toContain("immutable");
    }
    for (const path of paths.filter((one) => one.includes(".chunk.mainComponent."))) {
      expect(responses.get(path)?.headers()["content-encoding"]).toMatch(/^(br|gzip)$/);
    }
    expect(loaded("script").filter((path) => path.includes(".chunk.mainComponent.")).length).toBe(1);
  });

  it("AUS-3: links to /favicon.png as its icon, which is an image", async () => {
    const icon = await session.page.locator('link[rel~="icon"]').first().getAttribute("href");
    expect(icon).toBe("/favicon.png");
    const answer = await session.page.request.get(`${site.origin}/favicon.png`);
    expect([answer.status(), answer.headers()["content-type"]]).toEqual([200, "image/png"]);
  });

  it("AUS-4: is no service worker, and a request for one is harmless", async () => {
    expect([...responses.keys()]).not.toContain("/service-worker.js");
    const script = "navigator.serviceWorker.getRegistrations().then((all) => all.length)";
    expect(await session.page.evaluate(script)).toBe(0);
    expect((await session.page.request.get(`${site.origin}/service-worker.js`)).status()).toBe(404);
  });

  it("AUS-16: is requested by GET only, without headers that affect the response", () => {
    expect(new Set(requests.map((request) => request.method()))).toEqual(new Set(["GET"]));
    const data = requests.filter((request) => request.url().includes("/charon/"));
    expect(data.length).toBeGreaterThan(4);
    for (const request of data) expect(request.headers()["accept"] ?? "*/*").toBe("*/*");
  });

  it("causes no error on the console", () => {
    expect(session.problems).toEqual([]);
  });
});
