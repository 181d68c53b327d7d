import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smallDataset } from "../support/resources/small-dataset.ts";
import type { DemoSite } from "../support/server/demo-site.ts";
import { demoSite } from "../support/server/demo-site.ts";

let site: DemoSite;
beforeAll(async () => {
  site = await demoSite({
    "demo/datasets/a_1.json": smallDataset({ title: "first" }),
    "demo/datasets/a_2.json": smallDataset({ title: "second" }),
  });
});
afterAll(() => site.close());

/** The URL of each row, from top to bottom. */
const addresses = (page: Page): Promise<string[]> =>
  page
    .locator("#resources [data-delete]")
    .evaluateAll((buttons) => buttons.map((button) => button.getAttribute("data-delete") ?? ""));

const focused = (page: Page): Promise<string> =>
  page.evaluate("document.activeElement.dataset.delete ?? document.activeElement.tagName");

/** Deletes a row with the keyboard only. */
const deleteRow = async (page: Page, address: string): Promise<void> => {
  await page.locator(`[data-delete="${address}"]`).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator(`[data-delete="${address}"]`).waitFor({ state: "detached" });
};

describe("a deletion with the keyboard", () => {
  it("moves the focus to the next row's button, or to the heading after the last row", async () => {
    const { page, problems, close } = await site.openAs("alice", "/groups/demo");
    const before = await addresses(page);
    const [first = "", next = ""] = before;
    const last = before.at(-1) ?? "";
    await deleteRow(page, first);
    await expect.poll(() => focused(page)).toBe(next);
    expect(await addresses(page)).toEqual(before.slice(1));
    await deleteRow(page, last);
    await expect.poll(() => focused(page)).toBe("H2");
    expect(await addresses(page)).toEqual(before.slice(1, -1));
    expect(problems).toEqual([]);
    await close();
  });

  it("that fails leaves the focus on the button to try again", async () => {
    const { page, close } = await site.openAs("alice", "/groups/demo");
    const [first = ""] = await addresses(page);
    await page.route(`${site.origin}${first}`, (route) =>
      route.request().method() === "DELETE" ? route.abort() : route.continue(),
    );
    await page.locator(`[data-delete="${first}"]`).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText("The server could not be reached").waitFor();
    expect(await page.evaluate("document.activeElement.dataset.action")).toBe("delete");
    await close();
  });
});
