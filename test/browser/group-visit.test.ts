import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BrowserSession } from "../support/browser/browser-session.ts";
import { browserSession } from "../support/browser/browser-session.ts";
import { browserNames } from "../support/browser/browsers.ts";
import { smallMain } from "../support/resources/small-dataset.ts";
import type { DemoSite } from "../support/server/demo-site.ts";
import { demoSite } from "../support/server/demo-site.ts";

const group = "/groups/demo-private";

describe.each(browserNames)("a private group, visited in %s,", (browserName) => {
  let site: DemoSite;
  let alice: BrowserSession;
  beforeAll(async () => {
    site = await demoSite({}, browserName);
    alice = await site.open();
  });
  afterAll(() => site?.close());

  it("is shown after a login", async () => {
    await alice.goTo(group);
    expect(await alice.violations()).toEqual([]);
    await alice.logIn("alice");
    await alice.page.getByText("Private group").waitFor();
    expect(new URL(alice.page.url()).pathname).toBe(group);
    expect(await alice.violations()).toEqual([]);
    await alice.show(`group-visit-${browserName}`);
  });

  it("gets a dataset, which is listed at once, also to a viewer", async () => {
    const upload = alice.page.locator("#upload");
    const buffer = Buffer.from(JSON.stringify(smallMain({ title: "Winter", rootSequence: true })));
    await upload
      .locator('input[type="file"]')
      .setInputFiles({ name: "winter_2025.json", mimeType: "application/json", buffer });
    await upload.getByRole("button", { name: "Upload", exact: true }).click();
    await upload.getByRole("link", { name: "Open winter/2025" }).waitFor();
    await alice.page.locator("#resources").getByRole("link", { name: "winter/2025" }).waitFor();
    await alice.show(`group-visit-uploaded-${browserName}`);

    const bob = await site.openAs("bob", group);
    await bob.page.locator("#resources").getByRole("link", { name: "winter/2025" }).waitFor();
    expect(await bob.page.locator("#upload").count()).toBe(0);
    expect(bob.problems).toEqual([]);
    await bob.close();
  });

  it("has its dataset drawn by Auspice", async () => {
    await alice.page.locator("#resources").getByRole("link", { name: "winter/2025" }).click();
    await alice.page.locator("circle.tip").first().waitFor();
    expect(await alice.page.locator("circle.tip").count()).toBe(6);
    await alice.goTo(group);
  });

  it("is hidden after a logout", async () => {
    await alice.page.locator(".menu > summary").click();
    await alice.page.getByRole("banner").getByRole("button", { name: "Log out" }).click();
    await alice.page.getByRole("main").getByRole("button", { name: "Log out" }).click();
    await alice.page.getByRole("link", { name: "Log in" }).first().waitFor();
    await alice.goTo(group);
    await alice.page.locator('input[name="password"]').waitFor();
    expect(alice.problems).toEqual([]);
  });

  it("tells the tests of failed and of blocked scripts", async () => {
    const visitor = await site.open();
    await visitor.goTo("/groups");
    await visitor.page.evaluate(`setTimeout(() => { throw new Error("a mistake"); })`);
    await visitor.page.evaluate(`document.head.append(
      Object.assign(document.createElement("script"), { textContent: "alert(1)" }))`);
    await expect.poll(() => visitor.problems.length).toBe(2);
    expect(visitor.problems).toContainEqual(expect.stringContaining("a mistake"));
    expect(visitor.problems).toContainEqual(expect.stringContaining("inline script"));
    await visitor.close();
  });

  it("is reached over https, with the server's own certificate", async () => {
    const carol = await browserSession(site.browser, site.server.https);
    expect(await carol.goTo("/groups")).toBe(200);
    expect(carol.problems).toEqual([]);
    await carol.close();
  });
});
