import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { BrowserSession } from "../../support/browser/browser-session.ts";
import type { DemoSite } from "../../support/server/demo-site.ts";
import { demoSite } from "../../support/server/demo-site.ts";

const dataset = "/groups/demo/lakeside/2024?d=tree";
const narrative = "/groups/demo/narratives/lakeside/around-the-lake";

let site: DemoSite;
let alice: BrowserSession;
let visitor: BrowserSession;
beforeAll(async () => {
  site = await demoSite();
  [alice, visitor] = await Promise.all([site.openAs("alice", "/whoami"), site.open()]);
});
afterAll(() => site?.close());

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The positions of the bar, its controls and Auspice; `overflow`: by how many pixels the window and Auspice can be scrolled. */
const layout = (page: Page) =>
  page.evaluate(`(() => {
    const box = (element) => element.getBoundingClientRect().toJSON();
    const [html, bar, root] = ["html", "#groups-bar", "#root"].map((one) => document.querySelector(one));
    return {
      window: { width: html.clientWidth, height: html.clientHeight },
      bar: box(bar),
      root: box(root),
      overflow: [html.scrollWidth - html.clientWidth, root.scrollHeight - root.clientHeight],
      parts: [...bar.querySelectorAll("a, button, p:not(:empty)")]
        .filter((one) => one.checkVisibility())
        .map((one) => ({ ...box(one), isControl: one.localName !== "p" })),
    };
  })()`) as Promise<{
    window: { width: number; height: number };
    bar: Box;
    root: Box;
    overflow: readonly number[];
    parts: readonly (Box & { readonly isControl: boolean })[];
  }>;

const expectNothingHidden = async (page: Page): Promise<void> => {
  const { window, bar, root, overflow, parts } = await layout(page);
  expect(bar).toMatchObject({ left: 0, top: 0, right: window.width });
  expect(root).toMatchObject({ left: 0, top: bar.bottom, right: window.width, bottom: window.height });
  expect(overflow).toEqual([0, 0]);
  for (const [index, part] of parts.entries()) {
    expect(part.left).toBeGreaterThanOrEqual(parts[index - 1]?.right ?? 0);
    expect(part.right).toBeLessThanOrEqual(window.width);
    expect(part.top).toBeGreaterThanOrEqual(0);
    expect(part.bottom).toBeLessThanOrEqual(bar.bottom);
    // The minimum target size (WCAG 2.2, section 2.5.8).
    if (part.isControl) expect(part.bottom - part.top).toBeGreaterThanOrEqual(24);
    if (part.isControl) expect(part.right - part.left).toBeGreaterThanOrEqual(20);
  }
};

const open = async ({ page, goTo }: BrowserSession, path: string, width: number): Promise<Page> => {
  // Auspice 3.0.0 hangs when a narrative's window becomes narrow, with a bar or without.
  await page.goto("about:blank");
  await page.setViewportSize({ width, height: 800 });
  await goTo(path);
  const firstSlide = page.getByText("Next", { exact: true });
  await page.locator("circle.tip").or(firstSlide).first().waitFor();
  return page;
};

describe("The bar and Auspice do not overlap", () => {
  test.each([
    ["a dataset in a wide window", dataset, 1280],
    ["a dataset with its sidebar closed", `${dataset}&sidebar=closed`, 1280],
    ["a dataset on a telephone", dataset, 390],
    ["a dataset on a small telephone", dataset, 320],
    ["a dataset on a telephone, its sidebar open", `${dataset}&sidebar=open`, 390],
    ["a narrative in a wide window", narrative, 1280],
    ["a narrative on a telephone", narrative, 390],
  ])("%s", async (_, path, width) => {
    for (const session of [alice, visitor]) await expectNothingHidden(await open(session, path, width));
  });

  /** Sets the text of the bar's slots. */
  const put = async (page: Page, texts: Readonly<Record<string, string>>): Promise<void> => {
    for (const [slot, text] of Object.entries(texts)) {
      await page.locator(`#groups-bar [data-slot="${slot}"]`).evaluate((place, words) => {
        place.textContent = words;
      }, text);
    }
  };
  const group = "the-laboratory-network-of-the-north-shore-of-a-lake";

  test.each([1280, 720, 390, 320])("with long names, in a window of %i px", async (width) => {
    const page = await open(alice, dataset, width);
    await put(page, { group, username: "a.rather.long.name@institute.university.example.org" });
    await expectNothingHidden(page);
  });

  test.each([1280, 720, 390, 320])("after a session has ended, in a window of %i px", async (width) => {
    const page = await open(visitor, dataset, width);
    await put(page, { group, notice: "You have been logged out." });
    await expectNothingHidden(page);
  });

  it("does not cover a narrative's buttons at the edges", async () => {
    const page = await open(alice, narrative, 390);
    await page.getByText("Next", { exact: true }).click();
    await page.waitForURL(/[?]n=1/);
    await page.getByText("Previous", { exact: true }).click();
    await page.waitForURL((url) => !url.search.includes("n=1"));
  });

  it("is not printed", async () => {
    const page = await open(alice, dataset, 1280);
    expect(await page.evaluate("innerHeight")).toBe(760);
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate("innerHeight")).toBe(800);
    const { bar, root } = await layout(page);
    expect([bar.bottom - bar.top, root.top]).toEqual([0, 0]);
    await page.emulateMedia({ media: null });
  });

  it("is above elements that Auspice fixes to the window's edge", async () => {
    const page = await open(alice, narrative, 1280);
    const button = await page.getByRole("button", { name: "explore the data yourself" }).boundingBox();
    // Auspice's upper border is one pixel outside of its box.
    expect(button?.y).toBeGreaterThanOrEqual(39);
  });

  it("does not displace Auspice's tooltips", async () => {
    const page = await open(alice, dataset, 1280);
    const icon = page.locator("#root [data-tip][data-for]").first();
    await icon.hover();
    const words = page.locator("#root .__react_component_tooltip.show");
    await words.waitFor();
    const [from, to] = [await icon.boundingBox(), await words.boundingBox()];
    const middle = (box: typeof from) => (box?.y ?? 0) + (box?.height ?? 0) / 2;
    expect(Math.abs(middle(from) - middle(to))).toBeLessThan(10);
  });
});

it("There is no CSP violation and no script error", () => {
  expect([...alice.problems, ...visitor.problems]).toEqual([]);
});
