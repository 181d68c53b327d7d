import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { dataRequests, drawnTips, recordRequests } from "../../support/auspice/auspice-page.ts";
import type { BrowserSession } from "../../support/browser/browser-session.ts";
import { smallDataset, v1Pair } from "../../support/resources/small-dataset.ts";
import type { DemoSite } from "../../support/server/demo-site.ts";
import { demoSite } from "../../support/server/demo-site.ts";

const sample = "/groups/demo/lakeside/2024";
const everything = `${sample}?d=tree,map,measurements,entropy,frequencies&p=full`;
const tileHost = "https://tiles.openfreemap.org/";

let site: DemoSite;
let session: BrowserSession;
let page: Page;
beforeAll(async () => {
  site = await demoSite({
    ...v1Pair("demo", "old_flu"),
    "demo/datasets/bare.json": smallDataset({ title: "No sidecars" }),
    "demo/datasets/inline.json": smallDataset({ rootSequence: true }),
    "demo/datasets/promising.json": smallDataset({ panels: ["tree", "frequencies", "measurements"] }),
  });
  session = await site.open();
  page = session.page;
});
afterAll(() => site.close());
beforeEach(() => {
  session.problems.length = 0;
});

/** Selectors of each panel's elements, and how many of them the sample dataset has at least. */
const panels = [
  ["tree", "circle.tip", 120],
  ["map", "#map .leaflet-overlay-pane svg circle", 6],
  ["measurements", "#d3MeasurementsSVG circle", 170],
  ["entropy", "#d3entropy .bar", 100],
  ["frequencies", "#d3frequencies path", 4],
] as const;

const count = (selector: string): Promise<number> => page.locator(selector).count();

const expectPanels = async (): Promise<void> => {
  for (const [, drawn, least] of panels) {
    await page.locator(drawn).first().waitFor({ state: "attached" });
    await expect.poll(() => count(drawn)).toBeGreaterThanOrEqual(least);
  }
};

describe("a dataset with all sidecars", () => {
  test.each(panels)("AUS-9: is drawn in the panel %s alone", async (panel, drawn, least) => {
    await session.goTo(`${sample}?d=${panel}&p=full`);
    await page.locator(drawn).first().waitFor();
    await expect.poll(() => count(drawn)).toBeGreaterThanOrEqual(least);
    const others = panels.filter(([other]) => other !== panel);
    expect(await Promise.all(others.map(([, selector]) => count(selector)))).toEqual([0, 0, 0, 0]);
    expect(session.problems).toEqual([]);
  });

  it("AUS-5: is drawn in all panels when map tiles are blocked", async () => {
    const requests = recordRequests(page);
    await session.goTo(everything);
    await expectPanels();
    // Only the map tiles are missing.
    await expect.poll(() => requests.some((request) => request.url().startsWith(tileHost))).toBe(true);
    const hosts = new Set(requests.map((request) => new URL(request.url()).origin));
    expect([...hosts].filter((host) => host !== "null").sort()).toEqual([site.origin, tileHost.slice(0, -1)]);
    await page.locator("#map .leaflet-control-zoom-in").click();
    expect(session.problems).toEqual([]);
  });

  it("AUS-5: is drawn in all panels when map tiles time out", async () => {
    // Requests get no response, as behind a firewall that drops packets.
    await session.context.route(`${tileHost}**`, () => undefined);
    await session.goTo(everything);
    await expectPanels();
    await session.context.unroute(`${tileHost}**`);
  });
});

describe("a v1 dataset", () => {
  it("AUS-9: is drawn after its conversion by the server", async () => {
    const fetched = page.waitForResponse((response) => response.url().includes("/charon/getDataset"));
    await session.goTo("/groups/demo/old/flu");
    expect(await drawnTips(page)).toBe(3);
    await page.getByText("A dataset of 2019").waitFor();
    await page.locator("#map .leaflet-overlay-pane svg circle").first().waitFor();
    expect(await (await fetched).json()).toMatchObject({
      version: "v2",
      meta: expect.any(Object),
      tree: expect.any(Object),
    });
  });
});

describe("a dataset without sidecars", () => {
  const sidecars = (requests: readonly string[]) =>
    requests.map((request) => new URLSearchParams(request.split("?")[1]).get("type")).filter(Boolean);

  it("AUS-10: is drawn without a warning about the missing root sequence", async () => {
    const requests = recordRequests(page);
    await session.goTo("/groups/demo/bare");
    expect(await drawnTips(page)).toBe(6);
    await page.locator("#dataset-select").waitFor();
    expect(sidecars(dataRequests(requests))).toEqual(["root-sequence"]);
    expect(await page.getByText(/Failed to/).count()).toBe(0);
  });

  it("AUS-10: with an embedded root sequence needs no request for one", async () => {
    const requests = recordRequests(page);
    await session.goTo("/groups/demo/inline");
    expect(await drawnTips(page)).toBe(6);
    await page.locator("#dataset-select").waitFor();
    expect(sidecars(dataRequests(requests))).toEqual([]);
    expect(session.problems).toEqual([]);
  });

  it("AUS-10: is drawn with a warning when it lists frequencies and measurements as panels", async () => {
    const requests = recordRequests(page);
    await session.goTo("/groups/demo/promising");
    await page.getByText("Failed to fetch tip frequencies").waitFor();
    await page.getByText(/Failed to (fetch|load|parse) measurements/i).waitFor();
    expect(await drawnTips(page)).toBe(6);
    expect(sidecars(dataRequests(requests)).sort()).toEqual([
      "measurements",
      "root-sequence",
      "tip-frequencies",
    ]);
  });
});
