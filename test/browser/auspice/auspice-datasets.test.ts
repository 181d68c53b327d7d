import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  choose,
  dataRequests,
  drawnTips,
  openSelect,
  recordRequests,
} from "../../support/auspice/auspice-page.ts";
import type { BrowserSession } from "../../support/browser/browser-session.ts";
import { smallDataset } from "../../support/resources/small-dataset.ts";
import type { DemoSite } from "../../support/server/demo-site.ts";
import { demoSite } from "../../support/server/demo-site.ts";

/** The first segment has more samples, so that the trees can be distinguished. */
const flu = (group: string) => ({
  [`${group}/datasets/flu_ha_2y.json`]: smallDataset({ title: "HA", tips: 8, rootSequence: true }),
  [`${group}/datasets/flu_na_2y.json`]: smallDataset({ title: "NA", tips: 5, rootSequence: true }),
  [`${group}/datasets/flu_pb_6y.json`]: smallDataset({ title: "PB", tips: 4, rootSequence: true }),
});

let site: DemoSite;
let anybody: BrowserSession;
let page: Page;
beforeAll(async () => {
  site = await demoSite({ ...flu("demo"), ...flu("demo-private") });
  anybody = await site.open();
  page = anybody.page;
});
afterAll(() => site.close());
beforeEach(() => {
  anybody.problems.length = 0;
});

const address = (of = page): string => decodeURI(new URL(of.url()).pathname);

describe("a second tree", () => {
  const [ha, na] = ["/groups/demo/flu/ha/2y", "groups/demo/flu/na/2y"];

  it("AUS-13: is drawn from the URL, and after a reload", async () => {
    await anybody.goTo(`${ha}:${na}`);
    expect(await drawnTips(page)).toBe(13);
    expect(await page.locator("#Tangle path").count()).toBe(5);
    await page.reload();
    expect(await drawnTips(page)).toBe(13);
    expect(address()).toBe(`${ha}:${na}`);
  });

  it("AUS-12, AUS-13: is offered when its name differs in one part, and then is in the URL", async () => {
    await anybody.goTo(ha);
    expect(await drawnTips(page)).toBe(8);
    expect(await openSelect(page, page.locator("#selectTreeToo"))).toEqual([na]);
    const requests = recordRequests(page);
    await choose(page, na);
    await page.waitForURL(`${site.origin}${ha}:${na}`);
    await expect.poll(() => page.locator("circle.tip").count()).toBe(13);
    expect(dataRequests(requests)).toEqual([`/charon/getDataset?prefix=${na}`]);
    await page.reload();
    expect(await drawnTips(page)).toBe(13);
  });

  it("AUS-12: can be removed again", async () => {
    await anybody.goTo(`${ha}:${na}`);
    await drawnTips(page);
    expect(await openSelect(page, page.locator("#selectTreeToo"))).toEqual(["REMOVE", na]);
    await choose(page, "REMOVE");
    await page.waitForURL(site.origin + ha);
    await expect.poll(() => page.locator("circle.tip").count()).toBe(8);
    await page.reload();
    expect(await drawnTips(page)).toBe(8);
    expect(anybody.problems).toEqual([]);
  });

  it("AUS-12: is not offered without a similar dataset, and there is no date field either", async () => {
    await anybody.goTo("/groups/demo/lakeside/2024?d=tree");
    await drawnTips(page);
    await page.locator("#dataset-select").click();
    await page.getByText("LOAD PROPOSED DATASET").waitFor();
    expect(await page.locator("#selectTreeToo").count()).toBe(0);
    expect(await page.getByPlaceholder(/snapshot/).count()).toBe(0);
  });
});

describe("the dataset chooser", () => {
  /** The chooser's select boxes, one for each part of a name. */
  const openChooser = async (of: Page): Promise<Locator[]> => {
    await of.locator("#dataset-select").click();
    const panel = of.getByText("LOAD PROPOSED DATASET").locator("..");
    return panel.locator('[class*="-container"]').all();
  };

  const levels = async (of: Page): Promise<string[][]> => {
    const offered: string[][] = [];
    for (const box of await openChooser(of)) {
      const only = /^(.*) \(only available option\)$/.exec(await box.innerText())?.[1];
      offered.push(only === undefined ? await openSelect(of, box) : [only]);
      if (only === undefined) await of.keyboard.press("Tab");
    }
    return offered;
  };

  it("AUS-11: lists the datasets of this group only", async () => {
    await anybody.goTo("/groups/demo/flu/ha/2y");
    await drawnTips(page);
    expect(await levels(page)).toEqual([
      ["groups"],
      ["demo"],
      ["flu", "lakeside"],
      ["ha", "na", "pb"],
      ["2y"],
    ]);
  });

  it("AUS-11: changes the dataset and the URL", async () => {
    await anybody.goTo("/groups/demo/flu/ha/2y");
    await drawnTips(page);
    const [, , , segment] = await openChooser(page);
    if (segment) await openSelect(page, segment);
    await choose(page, "pb");
    await page.getByText("LOAD PROPOSED DATASET").click();
    await page.waitForURL(`${site.origin}/groups/demo/flu/pb/6y`);
    await page.getByText("Showing 4 of 4 genomes").waitFor();
    await page.reload();
    expect(await drawnTips(page)).toBe(4);
    expect(anybody.problems).toEqual([]);
  });

  it("AUS-11: lists a private group's datasets for its members, and offers their second trees", async () => {
    const bob = await site.openAs("bob", "/groups/demo-private/flu/ha/2y");
    expect(await drawnTips(bob.page)).toBe(8);
    const second = "groups/demo-private/flu/na/2y";
    expect(await openSelect(bob.page, bob.page.locator("#selectTreeToo"))).toEqual([second]);
    await choose(bob.page, second);
    await expect.poll(() => bob.page.locator("circle.tip").count()).toBe(13);
    await bob.page.reload();
    expect(await drawnTips(bob.page)).toBe(13);
    expect(await levels(bob.page)).toEqual([
      ["groups"],
      ["demo-private"],
      ["flu", "lakeside"],
      ["ha", "na", "pb"],
      ["2y"],
    ]);
    expect(bob.problems).toEqual([]);
    await bob.close();
  });

  it("AUS-11: is missing, with a warning, when the list is unavailable", async () => {
    const failing = /\/charon\/getAvailable/;
    await page.route(failing, (route) => route.fulfill({ status: 503, body: "{}" }));
    await anybody.goTo("/groups/demo/flu/na/2y");
    await page.getByText("Failed to fetch available datasets").waitFor();
    expect(await drawnTips(page)).toBe(5);
    expect(await page.locator("#dataset-select").count()).toBe(0);
    await page.unroute(failing);
  });
});
