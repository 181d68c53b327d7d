import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BrowserSession } from "../support/browser/browser-session.ts";
import { browserNames } from "../support/browser/browsers.ts";
import type { DemoSite } from "../support/server/demo-site.ts";
import { demoSite } from "../support/server/demo-site.ts";

const settings = "/groups/demo-private/settings";
const note = "Welcome to the lab!\nPlease add your sequences of this winter, as we said.";

/** Sends a form of the page that is open, as the members' page does, and waits for the page that answers. */
const submit = async ({ page }: BrowserSession, action: string, fields: Record<string, string>) => {
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await page.evaluate(`{
    const form = Object.assign(document.createElement("form"), { method: "post", action: "${action}" });
    for (const [name, value] of Object.entries(${JSON.stringify(fields)}))
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    document.body.append(form);
    form.submit();
  }`);
  const status = (await answered).status();
  await page.waitForLoadState();
  return status;
};

describe.each(browserNames)("in %s", (browserName) => {
  let site: DemoSite;
  let alice: BrowserSession;
  beforeAll(async () => {
    site = await demoSite({}, browserName);
    alice = await site.openAs("alice", `${settings}/members`);
  });
  afterAll(() => site?.close());

  const invite = async (role: string): Promise<string> => {
    await alice.goTo(`${settings}/members`);
    const fields = { role, note, until: "2099-01-31", expires: "" };
    expect(await submit(alice, `${settings}/invitations`, fields)).toBe(201);
    return alice.page.locator("#invitation-link").innerText();
  };

  it("whoever asks for access is told the same, and gets it from an owner", async () => {
    const carol = await site.openAs("carol", "/groups");
    expect(await carol.goTo("/groups/demo-private")).toBe(403);
    await carol.page.locator('textarea[name="note"]').fill("I am new here.");
    await carol.page.getByRole("button", { name: "Ask for access" }).click();
    await carol.page.getByRole("heading", { name: "Your request is on its way" }).waitFor();
    expect(await carol.violations()).toEqual([]);
    await carol.show(`access-requested-${browserName}`);
    const requests = async () => {
      const answer = await alice.page.request.get(`${site.origin}${settings}/access-requests`);
      return (await answer.json()).requests as readonly { readonly id: string }[];
    };
    await expect.poll(requests).toHaveLength(1);
    const [{ id } = expect.unreachable()] = await requests();
    await alice.goTo(`${settings}/members`);
    await submit(alice, `${settings}/access-requests/${id}`, { role: "viewers", until: "" });
    expect(await carol.goTo("/groups/demo-private")).toBe(200);
    expect(alice.problems).toEqual([]);
    await carol.close();
  });

  it("an owner gets a link, and whoever opens it logs in, reads who invites to what, and accepts", async () => {
    const url = await invite("editors");
    expect(await alice.violations()).toEqual([]);
    await alice.show(`invitation-made-${browserName}`);
    const stranger = await site.open();
    await stranger.goTo(new URL(url).pathname);
    await stranger.logIn("carol");
    await stranger.page
      .getByRole("heading", { name: "alice invites you to demo-private as editor" })
      .waitFor();
    expect(await stranger.violations()).toEqual([]);
    await stranger.show(`invitation-${browserName}`);
    if (browserName === "chromium") {
      const phone = await site.open({ scripts: false, width: 360, colorScheme: "dark" });
      await phone.context.addCookies(await stranger.context.cookies());
      await phone.goTo(new URL(url).pathname);
      expect(await phone.page.evaluate("document.documentElement.scrollWidth")).toBe(360);
      await phone.show("invitation-narrow-dark");
      await phone.page.getByRole("button", { name: "Decline" }).waitFor();
      await phone.close();
    }
    await stranger.page.getByRole("button", { name: "Accept" }).click();
    await stranger.page.waitForURL("**/groups/demo-private");
    await stranger.page.locator("#upload").waitFor({ state: "attached" });
    await stranger.goTo(new URL(url).pathname);
    await stranger.page.getByText("Ask the person who sent it to you for a new one.").waitFor();
    expect(await stranger.violations()).toEqual([]);
    await stranger.show(`invitation-used-${browserName}`);
    await stranger.close();
  });
});
