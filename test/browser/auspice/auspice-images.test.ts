import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawnTips, turnPage } from "../../support/auspice/auspice-page.ts";
import type { BrowserSession } from "../../support/browser/browser-session.ts";
import { smallDataset } from "../../support/resources/small-dataset.ts";
import { logo, narrative } from "../../support/resources/stored-objects.ts";
import type { DemoSite } from "../../support/server/demo-site.ts";
import { demoSite } from "../../support/server/demo-site.ts";

const story = `---
title: A tale with pictures
dataset: https://elsewhere.example/groups/demo/flu
---

# [Pictures](https://elsewhere.example/groups/demo/flu?d=tree)

Before. ![Cases by week](https://pictures.example/cases.png) After.

![Our own](data:image/png;base64,${logo.toString("base64")})

# [Later](https://elsewhere.example/groups/demo/flu?d=tree)

![Map](https://pictures.example/missing.png)
`;

const built = smallDataset({ title: "Built elsewhere", rootSequence: true });
const flu = {
  ...built,
  content: JSON.stringify({
    ...JSON.parse(String(built.content)),
    meta: { ...JSON.parse(String(built.content)).meta, build_url: "https://github.com/a-lab/flu" },
  }),
};
const overview = { type: "text/markdown", content: "![Our lake](https://pictures.example/cases.png)" };
const objects = Object.fromEntries(
  ["demo", "demo-private"].flatMap((group) => [
    [`${group}/datasets/flu.json`, flu],
    [`${group}/narratives/pictures.md`, { type: narrative, content: story }],
    [`${group}/group-overview.md`, overview],
  ]),
);

let site: DemoSite;
let session: BrowserSession;
let page: Page;
const requestedUrls: string[] = [];
beforeAll(async () => {
  site = await demoSite(objects);
  session = await site.openAs("alice", "/groups");
  page = session.page;
  // The browser cannot reach these hosts, so that their responses are mocked.
  for (const host of ["pictures.example", "github.com"]) {
    await session.context.route(`https://${host}/**`, (route) => {
      requestedUrls.push(route.request().url());
      return route.request().url().endsWith("missing.png")
        ? route.abort()
        : route.fulfill({ contentType: "image/png", body: logo });
    });
  }
});
afterAll(() => site.close());

const isDrawn = (selector: string): Promise<boolean> =>
  page.evaluate(
    `(() => { const image = document.querySelector(${JSON.stringify(selector)}); return image.complete && image.naturalWidth > 0; })()`,
  );

describe("images of other hosts on a public group's pages", () => {
  it("are shown in the overview, in narratives and beside a dataset's title", async () => {
    await session.goTo("/groups/demo");
    await expect.poll(() => isDrawn('img[alt="Our lake"]')).toBe(true);
    await session.goTo("/groups/demo/flu");
    await drawnTips(page);
    await expect.poll(() => isDrawn('img[alt="avatar"]')).toBe(true);
    await session.goTo("/groups/demo/narratives/pictures");
    await drawnTips(page);
    await turnPage(page, 1);
    await expect.poll(() => isDrawn('img[alt="Cases by week"]')).toBe(true);
    expect(await isDrawn('img[alt="Our own"]')).toBe(true);
    await session.show("images-public");
    expect(session.problems).toEqual([]);
    expect(new Set(requestedUrls.map((url) => new URL(url).host))).toEqual(
      new Set(["pictures.example", "github.com"]),
    );
  });

  it("are replaced by a sentence when they cannot be loaded", async () => {
    await session.goTo("/groups/demo/narratives/pictures?n=2");
    await page
      .getByText("An image from pictures.example (Map) could not be loaded.")
      .waitFor({ state: "attached" });
    expect(await page.locator('img[alt="Map"]').count()).toBe(0);
  });
});

describe("images of other hosts on a private group's pages", () => {
  const why = "is not shown: private pages show none from other hosts, which would learn who reads them.";

  it("are replaced by a sentence and not requested, without an error on the console", async () => {
    requestedUrls.length = 0;
    session.problems.length = 0;
    await session.goTo("/groups/demo-private");
    await page.getByText(`An image from pictures.example (Our lake) ${why}`).waitFor();
    await session.goTo("/groups/demo-private/narratives/pictures");
    await drawnTips(page);
    await turnPage(page, 1);
    await page.getByText(`Before. An image from pictures.example (Cases by week) ${why} After.`).waitFor();
    expect(await isDrawn('img[alt="Our own"]')).toBe(true);
    await session.show("images-private-narrative");
    await session.goTo("/groups/demo-private/flu");
    await drawnTips(page);
    const avatar = page.locator('img[alt="avatar"]');
    expect(await avatar.getAttribute("title")).toBe(`An image from github.com ${why}`);
    expect(await isDrawn('img[alt="avatar"]')).toBe(true);
    await session.show("images-private-dataset");
    expect(requestedUrls).toEqual([]);
    expect(session.problems).toEqual([]);
  });
});
