import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smallDataset } from "../support/resources/small-dataset.ts";
import { mainContent } from "../support/resources/stored-objects.ts";
import type { DemoSite } from "../support/server/demo-site.ts";
import { demoSite } from "../support/server/demo-site.ts";

let site: DemoSite;
beforeAll(async () => {
  site = await demoSite({
    "demo/datasets/I\u0302le_2024.json": smallDataset({ title: "of a Mac" }),
  });
});
afterAll(() => site.close());

const file = (name: string) => ({
  name,
  mimeType: "application/json",
  buffer: Buffer.from(mainContent(name)),
});

describe("an upload from the group's page", () => {
  it("is rejected with a reason if Auspice cannot open its name", async () => {
    const { page, problems, show, close } = await site.openAs("alice", "/groups/demo");
    const upload = page.locator("#upload");
    const count = async () => Number(await page.locator(".tab-count").innerText());
    const before = await count();
    await upload.locator('input[type="file"]').setInputFiles([file("flu_#1.json"), file("flu_2.json")]);
    await upload.getByRole("button", { name: "Upload", exact: true }).click();
    await upload.getByText("A name cannot hold #: Auspice does not keep it").waitFor();
    await upload.getByRole("link", { name: "Open flu/2" }).waitFor();
    await show("upload-refused-name");
    await upload.locator('input[name="name"]').first().fill("flu/1");
    await upload.getByRole("button", { name: "Upload", exact: true }).click();
    await upload.getByRole("link", { name: "Open flu/1" }).waitFor();
    await expect.poll(count).toBe(before + 2);
    // Chromium logs the 400 on its console.
    expect(problems).toEqual([expect.stringContaining("400")]);
    await close();
  });

  it("asks for confirmation before it replaces a file with another Unicode form of its name", async () => {
    const { page, show, close } = await site.openAs("alice", "/groups/demo");
    const upload = page.locator("#upload");
    await upload.locator('input[type="file"]').setInputFiles(file("\u00cele_2024.json"));
    await upload.getByRole("button", { name: "Upload", exact: true }).click();
    await upload.getByText("There is already such a file at this address").waitFor();
    await show("upload-other-form");
    await upload.getByRole("button", { name: "Replace it" }).click();
    await upload.getByRole("link", { name: "Open \u00cele/2024" }).waitFor();
    // While the list is replaced, innerText is the source text of what is not rendered, with its line breaks (HTML standard).
    const listed = page.locator("#resources").getByRole("link", { name: "le/2024" });
    await expect.poll(() => listed.allInnerTexts()).toEqual(["\u00cele/2024"]);
    await close();
  });

  it("shows a warning about what Auspice will not show", async () => {
    const { page, show, close } = await site.openAs("alice", "/groups/demo");
    const upload = page.locator("#upload");
    const content = JSON.stringify({
      version: "v2",
      meta: {},
      tree: { name: "root", node_attrs: { div: 0 } },
    });
    const buffer = Buffer.from(content);
    const bare = { name: "bare.json", mimeType: "application/json", buffer };
    await upload.locator('input[type="file"]').setInputFiles(bare);
    await upload.getByRole("button", { name: "Upload", exact: true }).click();
    await upload.getByRole("link", { name: "Open bare" }).waitFor();
    await show("upload-warnings");
    expect(await upload.locator(".warning").allInnerTexts()).toEqual([
      'Note: "meta" has no list of "panels": Auspice shows the tree and the entropy panel only.',
      'Note: "meta" does not say when the data were "updated", as a text: Auspice shows no date.',
    ]);
    await close();
  });
});
