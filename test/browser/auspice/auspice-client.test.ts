import type { Browser, BrowserContext, Page, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { logo } from "../../../src/app/sample/logo.ts";
import { type AuspiceSite, auspiceSite } from "../../support/auspice/auspice-site.ts";
import { openChromium } from "../../support/browser/chromium.ts";

const dataset = "/groups/demo/lakeside/2024";
const narrative = "/groups/demo/narratives/lakeside/around-the-lake";
const tiles = "https://tiles.openfreemap.org";

/** Mocks the host of the map tiles, so that the policy applies to every kind of file from there. */
const fulfillTile = (route: Route, requestedPaths: string[]): Promise<void> => {
  const path = new URL(route.request().url()).pathname;
  requestedPaths.push(path);
  const headers = { "Access-Control-Allow-Origin": "*" };
  if (path === "/planet") {
    const json = { tilejson: "3.0.0", tiles: [`${tiles}/planet/{z}/{x}/{y}.pbf`], minzoom: 0, maxzoom: 14 };
    return route.fulfill({ headers, json });
  }
  if (path.endsWith(".json")) return route.fulfill({ headers, json: {} });
  if (path.endsWith(".png"))
    return route.fulfill({ headers, contentType: "image/png", body: Buffer.from(logo("public")) });
  return route.fulfill({ headers, contentType: "application/x-protobuf", body: Buffer.alloc(0) });
};

describe("Auspice in Chromium, with its Content-Security-Policy", () => {
  let browser: Browser;
  let site: AuspiceSite;
  let context: BrowserContext;
  let page: Page;
  let foreignRequests: string[];
  let requestedTiles: string[];
  let problems: string[];

  beforeAll(async () => {
    [browser, site] = await Promise.all([openChromium(), auspiceSite()]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  beforeEach(async () => {
    site.violations.length = 0;
    [foreignRequests, requestedTiles, problems] = [[], [], []];
    context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
    await context.route(/^https?:/, (route) => {
      const url = route.request().url();
      if (url.startsWith(site.url)) return route.continue();
      if (url.startsWith(`${tiles}/`)) return fulfillTile(route, requestedTiles);
      foreignRequests.push(url);
      return route.abort();
    });
    page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      // Auspice logs warnings about its own state.
      if (/content security policy|failed to load/i.test(message.text())) problems.push(message.text());
    });
  });
  afterEach(() => context.close());

  const expectNoTrouble = () => {
    expect(site.violations).toEqual([]);
    expect(problems).toEqual([]);
    expect(foreignRequests).toEqual([]);
  };

  it("draws every panel of the sample dataset", async () => {
    await page.goto(`${site.url}${dataset}?d=tree,map,measurements,entropy,frequencies&p=full`);
    await page.locator("circle.tip").first().waitFor();
    expect(await page.locator("circle.tip").count()).toBe(120);
    for (const drawn of [
      "#d3MeasurementsSVG circle",
      "#d3entropy rect",
      "#d3frequencies path",
      "#map .leaflet-overlay-pane svg path",
      "#map canvas",
    ]) {
      await page.locator(drawn).first().waitFor({ state: "attached" });
    }
    await expect.poll(() => requestedTiles).toContain("/planet");
    await expect.poll(() => requestedTiles.some((path) => path.endsWith(".pbf"))).toBe(true);
    expectNoTrouble();
  });

  it("shows all slides of the narrative", async () => {
    await page.goto(`${site.url}${narrative}`);
    await page.getByText("How the Lakeside virus went around the lake").first().waitFor();
    await page.locator("circle.tip").first().waitFor();
    for (const [index, heading] of ["An outbreak in one picture", "Across the water"].entries()) {
      await page.getByRole("heading", { name: heading }).waitFor({ state: "attached" });
      const turnPage = async () => {
        await page.keyboard.press("ArrowDown");
        return page.url();
      };
      // Keys are ignored during the transition between slides.
      await expect.poll(turnPage, { interval: 1500, timeout: 10_000 }).toContain(`?n=${index + 1}`);
    }
    // The second slide shows the beginning of the outbreak only: later samples are hidden.
    await expect.poll(() => page.locator("circle.tip:visible").count()).toBeLessThan(40);
    expectNoTrouble();
  });

  it("opens the narrative editor", async () => {
    await page.goto(`${site.url}/edit/narratives`);
    await page
      .getByText(/narrative/i)
      .first()
      .waitFor();
    expectNoTrouble();
  });

  it("cannot run or fetch anything else", async () => {
    await page.goto(`${site.url}${dataset}?d=tree`);
    await page.locator("circle.tip").first().waitFor();
    await page.evaluate(`
      const script = document.createElement("script");
      script.textContent = "document.title = 'taken over'";
      document.body.append(script);
      new Image().src = "https://elsewhere.example/pixel.png";
      fetch("https://elsewhere.example/data").catch(() => undefined);
    `);
    await expect
      .poll(() => site.violations.map(({ directive }) => directive).sort())
      .toEqual(["connect-src", "img-src", "script-src-elem"]);
    expect(await page.title()).not.toBe("taken over");
    expect(foreignRequests).toEqual([]);
  });
});
