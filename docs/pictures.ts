// Takes the README's pictures from the running program, with its sample data: npm run docs:images.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { demoSite } from "../test/support/server/demo-site.ts";

interface Picture {
  readonly name: string;
  readonly path: string;
  /** Resolves when the page shows all that belongs into the picture. */
  readonly ready: (page: Page) => Promise<unknown>;
}

const group = "/groups/demo-private";

export const pictures: readonly Picture[] = [
  {
    name: "groups.png",
    path: "/groups",
    ready: (page) => page.getByRole("link", { name: "demo-private" }).first().waitFor(),
  },
  {
    name: "group.png",
    path: group,
    ready: (page) => page.locator("#resources").getByRole("link", { name: "lakeside/2024" }).waitFor(),
  },
  {
    name: "auspice.png",
    path: `${group}/lakeside/2024`,
    ready: async (page) => {
      await page.locator("circle.tip").first().waitFor();
      // The tree moves to its place after it was drawn.
      await page.waitForTimeout(3000);
    },
  },
];

/** Writes every picture into the folder, as the owner of the demo groups sees the pages. */
export const takePictures = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const site = await demoSite();
  try {
    const { page, goTo } = await site.openAs("alice", "/groups");
    await page.setViewportSize({ width: 1100, height: 700 });
    for (const { name, path, ready } of pictures) {
      await goTo(path);
      await ready(page);
      await page.screenshot({ path: join(folder, name), fullPage: name !== "auspice.png" });
    }
  } finally {
    await site.close();
  }
};

if (import.meta.main) await takePictures(fileURLToPath(new URL("images/", import.meta.url)));
