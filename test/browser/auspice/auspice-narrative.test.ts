import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  dataRequests,
  drawnTips,
  pressUntil,
  recordRequests,
  turnPage,
} from "../../support/auspice/auspice-page.ts";
import type { BrowserSession } from "../../support/browser/browser-session.ts";
import { smallDataset } from "../../support/resources/small-dataset.ts";
import { narrative } from "../../support/resources/stored-objects.ts";
import type { DemoSite } from "../../support/server/demo-site.ts";
import { demoSite } from "../../support/server/demo-site.ts";

const sample = "/groups/demo-private/narratives/lakeside/around-the-lake";
const visible = "circle.tip:visible";
/** The circles on the map (or pie sectors, for several colours), and the transmission lines. */
const places = "#map .leaflet-overlay-pane svg path";

/** Hosts in a narrative's links are ignored. */
const story = (title: string) => `---
title: ${title}
dataset: https://elsewhere.example/groups/demo/flu/ha?d=tree
---

# [Another dataset](https://elsewhere.example/groups/demo/flu/na?d=tree)

Its words.

# [Two trees](/groups/demo/flu/ha:groups/demo/flu/na?d=tree)

More words.

# [Missing](https://elsewhere.example/groups/demo/flu/mp)

Nothing to see.
`;

let site: DemoSite;
let session: BrowserSession;
let page: Page;
beforeAll(async () => {
  site = await demoSite({
    "demo/datasets/flu_ha.json": smallDataset({ title: "HA", tips: 8, rootSequence: true }),
    "demo/datasets/flu_na.json": smallDataset({ title: "NA", tips: 5, rootSequence: true }),
    "demo/narratives/flu_two.md": { type: narrative, content: story("A tale of two segments") },
  });
  session = await site.openAs("bob", sample);
  page = session.page;
});
afterAll(() => site.close());
beforeEach(() => {
  session.problems.length = 0;
});

const turnTo = async (number: number, heading: string): Promise<void> => {
  await turnPage(page, number);
  await page.getByRole("heading", { name: heading, level: 1 }).waitFor();
};

describe("the sample narrative of a private group", () => {
  it("AUS-14: shows each slide with its view", async () => {
    await page.getByText("How the Lakeside virus went around the lake").first().waitFor();
    expect(await drawnTips(page)).toBe(120);
    const slides: readonly (readonly [string, readonly string[]])[] = [
      ["An outbreak in one picture", ["circle.tip"]],
      ["Across the water", ["circle.tip", places]],
      ["A variant from Kestrel Bay", ["circle.tip", places]],
      ["What sets it apart", ["circle.tip", "#d3entropy .bar"]],
      ["One clade takes over", ["circle.tip", "#d3frequencies path"]],
      ["Do antibodies still hold?", ["circle.tip", "#d3MeasurementsSVG circle"]],
      ["How it ended", ["circle.tip", places]],
      ["Your own data", ["circle.tip", "#d3entropy .bar", "#d3frequencies path"]],
    ];
    for (const [index, [heading, panels]] of slides.entries()) {
      await turnTo(index + 1, heading);
      for (const panel of panels) await page.locator(`${panel} >> visible=true`).first().waitFor();
      // The second slide shows the beginning of the outbreak only.
      if (index === 1) await expect.poll(() => page.locator(visible).count()).toBeLessThan(40);
    }
    expect(session.problems).toEqual([]);
  });

  it("AUS-14: opens at the slide of the URL, and supports the back button", async () => {
    await session.goTo(`${sample}?n=2`);
    await page.getByRole("heading", { name: "Across the water" }).waitFor();
    await expect.poll(() => page.locator(visible).count()).toBeLessThan(40);
    await turnTo(3, "A variant from Kestrel Bay");
    await page.goBack();
    await expect.poll(() => new URL(page.url()).searchParams.get("n")).toBe("2");
    await page.reload();
    await page.getByRole("heading", { name: "Across the water" }).waitFor();
    expect(new URL(page.url()).pathname).toBe(sample);
  });
});

describe("a narrative about several datasets", () => {
  it("AUS-14: fetches all of them from this server, with any host in its links", async () => {
    // The previous page may still be fetching its map.
    await page.goto("about:blank");
    const requests = recordRequests(page);
    await session.goTo("/groups/demo/narratives/flu/two");
    await page.getByText("A tale of two segments").first().waitFor();
    expect(await drawnTips(page)).toBe(8);
    await turnTo(1, "Another dataset");
    await expect.poll(() => page.locator("circle.tip").count()).toBe(5);
    await turnTo(2, "Two trees");
    await expect.poll(() => page.locator("circle.tip").count()).toBe(13);
    const fetched = dataRequests(requests);
    expect(fetched[0]).toBe("/charon/getNarrative?prefix=/groups/demo/narratives/flu/two&type=md");
    expect([...new Set(fetched.slice(1))].sort()).toEqual(
      ["ha", "mp", "na"].map((segment) => `/charon/getDataset?prefix=groups/demo/flu/${segment}`),
    );
    expect(requests.map((request) => request.url()).filter((url) => !url.startsWith(site.origin))).toEqual(
      [],
    );
  });

  it("AUS-14: shows an error on the slide whose dataset is missing", async () => {
    await session.goTo("/groups/demo/narratives/flu/two?n=2");
    await page.getByRole("heading", { name: "Two trees" }).waitFor();
    expect(await drawnTips(page)).toBe(13);
    const error = page.getByText("Error loading the datasets for this narrative slide");
    await pressUntil(page, () => error.isVisible());
    await page.getByRole("heading", { name: "Missing" }).waitFor();
  });
});

describe("the narrative editor", () => {
  it("AUS-16: shows a local file with the user's datasets, and does not upload it", async () => {
    await session.goTo("/edit/narratives");
    const requests = recordRequests(page);
    const target = page.getByText("Drag & Drop markdown file to begin");
    await target.waitFor();
    const transfer = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([${JSON.stringify(story("Unpublished"))}], "draft.md"));
      return transfer;
    })()`);
    await target.dispatchEvent("drop", { dataTransfer: transfer });
    await page.getByText("Currently analysing draft.md").waitFor();
    await expect
      .poll(() => dataRequests(requests).sort())
      .toEqual(["ha", "mp", "na"].map((segment) => `/charon/getDataset?prefix=groups/demo/flu/${segment}`));
    expect(new Set(requests.map((request) => request.method()))).toEqual(new Set(["GET"]));
    await page.getByText("groups/demo/flu/ha", { exact: false }).first().click();
    expect(await drawnTips(page)).toBe(8);
  });
});
