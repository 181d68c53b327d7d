import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BrowserSession, BrowserSessionOptions } from "../support/browser/browser-session.ts";
import type { DemoSite } from "../support/server/demo-site.ts";
import { demoSite } from "../support/server/demo-site.ts";

const group = "/groups/demo-private";
const settings = `${group}/settings`;

let site: DemoSite;
const store = (content: string) =>
  site.put({ "demo-private/group-overview.md": { type: "text/markdown", content, encoding: "gzip" } });
beforeEach(() => store("---\ntitle: The lake lab\nmore: 1\n---\nWords.\n"));

/** An owner at the settings page. */
const openOwner = async (options: BrowserSessionOptions = {}): Promise<BrowserSession> => {
  const owner = await site.open(options);
  await owner.goTo(`/login?return_to=${encodeURIComponent(settings)}`);
  await owner.logIn("alice");
  await owner.page.waitForURL((url) => url.pathname === settings);
  return owner;
};

const focused = ({ page }: BrowserSession) => page.locator(":focus");

describe.each([
  ["chromium", true],
  ["firefox", true],
  ["chromium", false],
] as const)("an owner in %s, with scripts: %s,", (browserName, scripts) => {
  beforeAll(async () => {
    site = await demoSite({}, browserName);
  });
  afterAll(() => site?.close());

  /** Takes a screenshot, and looks for violations where scripts can run. */
  const show = async (owner: BrowserSession, name: string) => {
    await owner.show(`settings-${name}-${browserName}${scripts ? "" : "-without-scripts"}`);
    if (scripts) expect(await owner.violations()).toEqual([]);
  };

  it("changes what the group's page says", async () => {
    const owner = await openOwner({ scripts });
    const { page } = owner;
    expect(await page.getByLabel("Title").inputValue()).toBe("The lake lab");
    await page.getByLabel("Title").fill("Winter at the lake");
    await page.getByLabel("Byline").fill("A lab: and more");
    await page.getByLabel("Website").fill("https://lab.example.org");
    await page.getByLabel("Text").fill("## Hello\n\nSome *words*.\n");
    await page.getByRole("checkbox", { name: "Narratives" }).uncheck();
    await show(owner, "filled");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    expect(await focused(owner).innerText()).toBe("Save");
    await show(owner, "saved");
    await page.locator(".group-head").getByRole("heading", { name: "Winter at the lake" }).waitFor();
    await page
      .getByRole("navigation", { name: "Pages of demo-private" })
      .getByRole("link", { name: "Data" })
      .click();
    await page.getByRole("heading", { name: "Winter at the lake" }).waitFor();
    await page.getByRole("heading", { name: "Hello" }).waitFor();
    expect(await page.locator('#resources a[href*="/narratives/"]').count()).toBe(0);
    expect(owner.problems).toEqual([]);
    await owner.close();
  });

  it("is told at once what cannot be used, with the focus there", async () => {
    const owner = await openOwner({ scripts });
    const { page } = owner;
    await page.getByLabel("Website").fill("lab.example.org");
    await page.getByLabel("Text").fill("My words.");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("This is not an address of a website.").waitFor();
    expect(await focused(owner).getAttribute("name")).toBe("website");
    expect(await page.getByLabel("Text").inputValue()).toBe("My words.");
    await show(owner, "refused");
    await page.getByLabel("Website").fill("https://lab.example.org");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    await owner.close();
  });

  it("is warned when somebody else saved meanwhile, and keeps what was typed", async () => {
    const owner = await openOwner({ scripts });
    const { page } = owner;
    await page.getByLabel("Text").fill("My words.");
    await store("---\ntitle: Theirs\nmore: 2\n---\nTheir words.\n");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("somebody else changed the overview meanwhile").waitFor();
    expect(await focused(owner).getAttribute("role")).toBe("alert");
    await page.getByText("Their words.").waitFor();
    expect(await page.getByLabel("Text").inputValue()).toBe("My words.");
    await show(owner, "conflict");
    await page.getByRole("button", { name: "Save mine over theirs" }).click();
    await page.getByText("Saved.").waitFor();
    const answer = await page.request.get(`${site.origin}${settings}/overview`);
    expect(await answer.text()).toBe(
      "---\ntitle: The lake lab\nmore: 2\nshowDatasets: true\nshowNarratives: true\n---\nMy words.",
    );
    await owner.close();
  });

  it("mends an overview whose front matter cannot be read", async () => {
    await store("---\ntitle: [\n---\nWords.\n");
    const owner = await openOwner({ scripts });
    const { page } = owner;
    await page.getByText("line 2").waitFor();
    await show(owner, "broken");
    await page.getByLabel("The whole file").fill("---\ntitle: Mended\n---\nWords.\n");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    expect(await page.getByLabel("Title").inputValue()).toBe("Mended");
    await owner.close();
  });
});

describe("an owner", () => {
  beforeAll(async () => {
    site = await demoSite();
  });
  afterAll(() => site?.close());

  it("sees a preview that follows what is typed", async () => {
    const owner = await openOwner();
    const preview = owner.page.getByRole("region", { name: "Preview" });
    await preview.getByText("Words.").waitFor();
    await owner.page.getByLabel("Text").pressSequentially("\n## Hello", { delay: 20 });
    await preview.getByRole("heading", { name: "Hello" }).waitFor();
    await owner.page.getByLabel("Text").fill(`${"> ".repeat(8000)}x`);
    await preview.getByText("nested too deeply").waitFor();
    expect(owner.problems).toEqual([]);
    await owner.close();
  });

  it("has a button for the preview without scripts", async () => {
    const owner = await openOwner({ scripts: false });
    const { page } = owner;
    await page.getByLabel("Text").fill("## Hello");
    await page.getByRole("button", { name: "Preview" }).click();
    await page.getByRole("region", { name: "Preview" }).getByRole("heading", { name: "Hello" }).waitFor();
    expect(await focused(owner).innerText()).toBe("Preview");
    await owner.show("settings-preview-without");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    await owner.close();
  });

  it("loses nothing typed when the login has ended", async () => {
    const owner = await openOwner();
    const { page, context } = owner;
    await page.getByLabel("Text").fill("My words.");
    await context.clearCookies();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Not saved: You need to log in to do this.").waitFor();
    expect(await page.getByLabel("Text").inputValue()).toBe("My words.");
    await owner.show("settings-login-ended");
    await owner.close();
  });

  it("edits a large overview as a whole file", async () => {
    await store(`---\ntitle: A long summer\n---\n${"Some words <and> more.\n\n".repeat(6000)}`);
    const owner = await openOwner();
    const { page } = owner;
    const overview = page.locator("#overview");
    await overview.locator("form").waitFor();
    const text = `---\ntitle: A longer summer\n---\n${"Some words <and> more.\n\n".repeat(6000)}`;
    // Typing this much text would take minutes.
    await page.evaluate(
      `const area = document.querySelector("#overview textarea");
    area.value = ${JSON.stringify(text)};
    area.dispatchEvent(new Event("input"));`,
    );
    await overview.getByRole("button", { name: "Save the overview" }).click();
    await overview.getByText("Saved.").waitFor();
    await page.reload();
    await overview.locator("form").waitFor();
    expect(await overview.locator("textarea").inputValue()).toBe(text);
    await owner.show("settings-large");
    expect(owner.problems).toEqual([]);
    await owner.close();
  });

  it("goes on with the whole file when it has become too large for a form", async () => {
    await store("---\ntitle: [\n---\nWords.\n");
    const owner = await openOwner();
    const { page } = owner;
    const text = `---\ntitle: A long summer\n---\n${"Some words.\n\n".repeat(9000)}`;
    await page.evaluate(`document.querySelector("textarea").value = ${JSON.stringify(text)}`);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("too large for a form").waitFor();
    await expect.poll(() => page.getByLabel("Text of the overview").inputValue()).toBe(text);
    await owner.close();
  });

  it("is the only one who may change settings, as others are told", async () => {
    const editor = await site.openAs("bob", settings);
    await editor.page.getByText("Only owners of this group can change its settings.").waitFor();
    await editor.show("settings-member");
    await editor.close();
  });

  it("has the form on a small dark phone too", async () => {
    const owner = await openOwner({ width: 360, colorScheme: "dark" });
    await owner.page.getByLabel("Website").fill("lab.example.org");
    await owner.page.getByRole("button", { name: "Save" }).click();
    await owner.page.getByText("This is not an address of a website.").waitFor();
    expect(await owner.page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    expect(await owner.violations()).toEqual([]);
    await owner.show("settings-refused-phone");
    await owner.close();
  });
});
