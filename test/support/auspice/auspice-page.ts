import type { Page, Request } from "playwright-core";
import { expect } from "vitest";

/** The number of samples that Auspice has drawn, in one tree or two. */
export const drawnTips = async (page: Page): Promise<number> => {
  await page.locator("circle.tip").first().waitFor();
  return page.locator("circle.tip").count();
};

/** Records the page's requests from now on. */
export const recordRequests = (page: Page): Request[] => {
  const requests: Request[] = [];
  page.on("request", (request) => requests.push(request));
  return requests;
};

/** Path and query of the requests to the data API. */
export const dataRequests = (requests: readonly Request[]): string[] =>
  requests
    .map((request) => new URL(request.url()))
    .filter(({ pathname }) => pathname.startsWith("/charon/"))
    .map(({ pathname, search }) => pathname + search);

/** The options of the open select box, which are below it or at the end of the page. */
const options = (page: Page) => page.locator('[id^="react-select"][id*="-option-"]');

/** Opens a select box, and returns its options. */
export const openSelect = async (page: Page, box: ReturnType<Page["locator"]>): Promise<string[]> => {
  await box.click();
  await options(page).first().waitFor();
  return options(page).allInnerTexts();
};

export const choose = (page: Page, option: string): Promise<void> =>
  options(page).getByText(option, { exact: true }).click();

/** Presses the key for a narrative's next page until a condition holds. */
export const pressUntil = (page: Page, holds: () => Promise<boolean>): Promise<void> => {
  const press = async () => {
    if (await holds()) return true;
    await page.keyboard.press("ArrowDown");
    await page.waitForTimeout(100);
    return holds();
  };
  // The key is ignored during the animation of the previous page.
  return expect.poll(press, { interval: 1000, timeout: 15_000 }).toBe(true);
};

/** Turns to a narrative's page by its number, counted from 0. */
export const turnPage = (page: Page, number: number): Promise<void> =>
  pressUntil(page, async () => new URL(page.url()).searchParams.get("n") === String(number));
