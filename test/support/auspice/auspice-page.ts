import type { Page, Request } from "playwright-core";
import { expect } from "vitest";

/** The samples that Auspice has drawn, in one tree or in two beside each other. */
export const drawnTips = async (page: Page): Promise<number> => {
  await page.locator("circle.tip").first().waitFor();
  return page.locator("circle.tip").count();
};

/** What the page asks for from now on. */
export const recordRequests = (page: Page): Request[] => {
  const requests: Request[] = [];
  page.on("request", (request) => requests.push(request));
  return requests;
};

/** Path and query of all requests to the data API among them. */
export const dataRequests = (requests: readonly Request[]): string[] =>
  requests
    .map((request) => new URL(request.url()))
    .filter(({ pathname }) => pathname.startsWith("/charon/"))
    .map(({ pathname, search }) => pathname + search);

/** Each select box of Auspice opens a list of its own, below it or at the end of the page. */
const options = (page: Page) => page.locator('[id^="react-select"][id*="-option-"]');

/** What a select box offers; it stays open. */
export const openSelect = async (page: Page, box: ReturnType<Page["locator"]>): Promise<string[]> => {
  await box.click();
  await options(page).first().waitFor();
  return options(page).allInnerTexts();
};

export const choose = (page: Page, option: string): Promise<void> =>
  options(page).getByText(option, { exact: true }).click();

/** Presses the key for a narrative's next page until it has done what it should, as `seen` tells. */
export const pressUntil = (page: Page, seen: () => Promise<boolean>): Promise<void> => {
  const press = async () => {
    if (await seen()) return true;
    await page.keyboard.press("ArrowDown");
    await page.waitForTimeout(100);
    return seen();
  };
  // A key is ignored while the page before is still moving.
  return expect.poll(press, { interval: 1000, timeout: 15_000 }).toBe(true);
};

/** Turns a narrative's page to the one with this number, counted from 0. */
export const turnPage = (page: Page, number: number): Promise<void> =>
  pressUntil(page, async () => new URL(page.url()).searchParams.get("n") === String(number));
