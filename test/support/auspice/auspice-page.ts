import type { Page, Request } from "playwright-core";
import { expect } from "vitest";

/** The samples that Auspice has drawn, in one tree or in two side by side. */
export const drawnTips = async (page: Page): Promise<number> => {
  await page.locator("circle.tip").first().waitFor();
  return page.locator("circle.tip").count();
};

/** Records the requests that the page makes from now on. */
export const recordRequests = (page: Page): Request[] => {
  const requests: Request[] = [];
  page.on("request", (request) => requests.push(request));
  return requests;
};

/** Path and query of each request to the data API. */
export const dataRequests = (requests: readonly Request[]): string[] =>
  requests
    .map((request) => new URL(request.url()))
    .filter(({ pathname }) => pathname.startsWith("/charon/"))
    .map(({ pathname, search }) => pathname + search);

/** Auspice renders the options of an open select box below it or at the end of the page. */
const options = (page: Page) => page.locator('[id^="react-select"][id*="-option-"]');

/** The options of a select box, which stays open. */
export const openSelect = async (page: Page, box: ReturnType<Page["locator"]>): Promise<string[]> => {
  await box.click();
  await options(page).first().waitFor();
  return options(page).allInnerTexts();
};

export const choose = (page: Page, option: string): Promise<void> =>
  options(page).getByText(option, { exact: true }).click();

/** Presses the key for a narrative's next page until `seen` returns true. */
export const pressUntil = (page: Page, seen: () => Promise<boolean>): Promise<void> => {
  const press = async () => {
    if (await seen()) return true;
    await page.keyboard.press("ArrowDown");
    await page.waitForTimeout(100);
    return seen();
  };
  // Auspice ignores keys while the last page change is animated.
  return expect.poll(press, { interval: 1000, timeout: 15_000 }).toBe(true);
};

/** Turns to a narrative's page by its number, counted from 0. */
export const turnPage = (page: Page, number: number): Promise<void> =>
  pressUntil(page, async () => new URL(page.url()).searchParams.get("n") === String(number));
