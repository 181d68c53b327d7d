import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { dataRequests, drawnTips, recordRequests, turnPage } from "../../support/auspice/auspice-page.ts";
import type { BrowserSession } from "../../support/browser/browser-session.ts";
import { smallDataset } from "../../support/resources/small-dataset.ts";
import { dataset, narrative } from "../../support/resources/stored-objects.ts";
import type { DemoSite } from "../../support/server/demo-site.ts";
import { demoSite } from "../../support/server/demo-site.ts";

/** Names in URLs, in lists, and in the store. */
const names = [
  ["a+b", "a+b", "a+b"],
  ["R&D/2024", "R&D/2024", "R&D_2024"],
  ["%C3%A9t%C3%A9/2024", "été/2024", "été_2024"],
  ["two%20words", "two words", "two words"],
  ["v1.2/x-y~z", "v1.2/x-y~z", "v1.2_x-y~z"],
  ["it's%20(new)!*", "it's (new)!*", "it's (new)!*"],
  ["%22quoted%22/%3Ca%7Cb%3E", '"quoted"/<a|b>', '"quoted"_<a|b>'],
  ["%7Bx%7D;y=$1,%5Ez%60", "{x};y=$1,^z`", "{x};y=$1,^z`"],
  // NFD, as in file names of macOS.
  ["%C3%8Ele/2024", "\u00cele/2024", "I\u0302le_2024"],
] as const;

const story = (origin: string) => `---
title: Adding up
dataset: ${origin}/groups/demo/a+b
---

# [The sum](${origin}/groups/demo/R&D/2024?d=tree)

Words.
`;

let site: DemoSite;
let session: BrowserSession;
beforeAll(async () => {
  const sidecar = (type: string) => ({ type: dataset(type), content: '{"nuc":"ACGT"}' });
  site = await demoSite(
    Object.fromEntries(
      names.flatMap(([, , stored], index) => [
        [`demo/datasets/${stored}.json`, smallDataset({ title: `number ${index}`, tips: index + 3 })],
        [`demo/datasets/${stored}_root-sequence.json`, sidecar("root-sequence")],
      ]),
    ),
  );
  await site.put({ "demo/narratives/1+1_R&D.md": { type: narrative, content: story(site.origin) } });
  session = await site.open();
});
afterAll(() => site.close());
beforeEach(() => {
  session.problems.length = 0;
});

describe("a dataset whose name needs percent-encoding in URLs", () => {
  test.each(names)(
    "AUS-8, AUS-15: is drawn with its sidecars, also after a reload: %s",
    async (path, listed) => {
      const { page, goTo, problems } = session;
      const requests = recordRequests(page);
      await goTo("/groups/demo");
      await page.locator("#resources").getByRole("link", { name: listed, exact: true }).click();
      const tips = names.findIndex(([, one]) => one === listed) + 3;
      for (const open of [async () => undefined, () => page.reload()]) {
        requests.length = 0;
        await open();
        expect(await drawnTips(page)).toBe(tips);
        await page.locator("#dataset-select").waitFor();
        expect(dataRequests(requests).some((request) => request.endsWith("&type=root-sequence"))).toBe(true);
        expect(await page.getByText(/Failed to/).count()).toBe(0);
      }
      expect(new URL(page.url()).pathname).toBe(`/groups/demo/${path}`);
      expect(problems).toEqual([]);
    },
  );
});

describe("a narrative whose name and datasets need percent-encoding in URLs", () => {
  it("AUS-14: is shown, and navigates to the other dataset", async () => {
    const { page, goTo, problems } = session;
    await goTo("/groups/demo");
    await page.locator("#resources").getByRole("link", { name: "1+1/R&D" }).click();
    await page.getByText("Adding up").first().waitFor();
    expect(await drawnTips(page)).toBe(3);
    await page.getByRole("heading", { name: "The sum" }).waitFor({ state: "attached" });
    await turnPage(page, 1);
    await expect.poll(() => page.locator("circle.tip").count()).toBe(4);
    expect(decodeURIComponent(new URL(page.url()).pathname)).toBe("/groups/demo/narratives/1+1/R&D");
    await page.reload();
    expect(await drawnTips(page)).toBe(4);
    expect(problems).toEqual([]);
  });
});
