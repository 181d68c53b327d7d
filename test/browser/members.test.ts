import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { maxAge } from "../../src/app/usecases/records/record-snapshot.ts";
import type { BrowserSession, BrowserSessionOptions } from "../support/browser/browser-session.ts";
import { browserSession } from "../support/browser/browser-session.ts";
import type { BrowserName } from "../support/browser/browsers.ts";
import { browserNames, openBrowser } from "../support/browser/browsers.ts";
import { smallMain } from "../support/resources/small-dataset.ts";
import type { RunningServer } from "../support/server/running-server.ts";
import { startServer } from "../support/server/running-server.ts";
import type { StubProvider } from "../support/stub-provider/stub-provider.ts";
import { stubProvider } from "../support/stub-provider/stub-provider.ts";

const group = "/groups/test-private";
const path = `${group}/settings/members`;

/** Two instances that share their stores, a provider, and a browser. */
const openSite = async (browserName: BrowserName) => {
  const provider: StubProvider = await stubProvider();
  const here = await startServer({ provider });
  const elsewhere = await startServer({ provider, folder: here.folder });
  const browser: Browser = await openBrowser(browserName);
  const openAs = async (
    username: string,
    at: string,
    { server = here, roleGroups = [], ...options }: LoginOptions = {},
  ): Promise<BrowserSession> => {
    provider.setPerson({ sub: username, username, groups: roleGroups });
    const session = await browserSession(browser, server.origin, options);
    await session.goTo(`/login?return_to=${encodeURIComponent(at)}`);
    return session;
  };
  return {
    here,
    elsewhere,
    openAs,
    openOwner: (options: BrowserSessionOptions = {}) =>
      openAs("olivia", path, { roleGroups: ["test-private/owners"], ...options }),
    close: async () => {
      await browser.close();
      await elsewhere.close();
      await here.close();
      await provider.close();
    },
  };
};

interface LoginOptions extends BrowserSessionOptions {
  readonly server?: RunningServer;
  readonly roleGroups?: string[];
}

type Site = Awaited<ReturnType<typeof openSite>>;

const rowOf = ({ page }: BrowserSession, username: string) =>
  page.locator("tbody tr").filter({ has: page.getByText(username, { exact: true }) });

/** Opens the menu of somebody's role by the keyboard, and changes the role. */
const changeRole = async (owner: BrowserSession, username: string, role: string) => {
  const row = rowOf(owner, username);
  await owner.page.bringToFront();
  await row.locator("summary").focus();
  await owner.page.keyboard.press("Enter");
  await row.getByRole("combobox", { name: "Role" }).selectOption(role);
  await row.getByRole("button", { name: /Save|Give it again/ }).click();
};

/** What has the focus, as its text or its field's name. */
const focused = ({ page }: BrowserSession) =>
  page.evaluate(
    `document.activeElement.name || document.activeElement.textContent.replace(/\\s+/g, " ").trim()`,
  );

/** Uploads from a page that is open already. */
const upload = async ({ page }: BrowserSession, name: string) => {
  const panel = page.locator("#upload");
  const buffer = Buffer.from(JSON.stringify(smallMain({ title: name })));
  await panel
    .locator('input[type="file"]')
    .setInputFiles({ name: `${name}.json`, mimeType: "application/json", buffer });
  await panel.getByRole("button", { name: "Upload", exact: true }).click();
};

describe.each(browserNames)("the members of a group, in %s,", { timeout: 60_000 }, (browserName) => {
  let site: Site;
  let owner: BrowserSession;
  beforeAll(async () => {
    site = await openSite(browserName);
    owner = await site.openOwner();
  });
  afterAll(() => site?.close());

  it("are added by an owner, and the person's open tab works", async () => {
    const erin = await site.openAs("erin", group);
    expect(await erin.goTo(group)).toBe(403);
    await owner.page.getByText("Add somebody…").click();
    expect(await owner.violations()).toEqual([]);
    await owner.page.getByLabel("Username").fill("erin");
    await owner.page.locator("#new-member").getByRole("combobox", { name: "Role" }).selectOption("editors");
    await owner.page.getByRole("button", { name: "Add", exact: true }).click();
    await owner.page.getByText("Saved. erin is an editor.").waitFor();
    await rowOf(owner, "erin").getByText("given here by olivia").waitFor();
    expect(await owner.page.locator("[aria-current] .tab-count").textContent()).toBe("2");
    // The next one may be added at once.
    expect(await focused(owner)).toBe("username");
    expect(new URL(owner.page.url()).search).toBe("");
    expect(await owner.violations()).toEqual([]);
    await owner.show(`members-${browserName}`);
    expect((await erin.page.reload())?.status()).toBe(200);
    await erin.close();
  });

  it("are refused with the reason, and what was typed stays", async () => {
    const { page } = owner;
    await page.getByLabel("Username").fill("x".repeat(150) + "ü".repeat(20));
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText("A username has 1 to 200 bytes").waitFor();
    expect(await page.getByLabel("Username").inputValue()).toContain("xü");
    await page.reload();
  });

  it("lose a right within five seconds in a tab that is open on another instance", async () => {
    const erin = await site.openAs("erin", group, { server: site.elsewhere });
    await upload(erin, "before");
    await erin.page.getByRole("link", { name: "Open before" }).waitFor();
    await changeRole(owner, "erin", "viewers");
    await owner.page.getByText("Saved. erin is a viewer.").waitFor();
    expect(await focused(owner)).toBe("Viewer: change erin");
    await erin.page.waitForTimeout(maxAge * 1000);
    await upload(erin, "after");
    await erin.page.getByText("You do not have permission for this").first().waitFor();
    expect((await erin.page.reload())?.status()).toBe(200);
    expect(await erin.page.locator("#upload").count()).toBe(0);
    await erin.close();
  });

  it("have menus that the keyboard closes", async () => {
    const row = rowOf(owner, "erin");
    await row.locator("summary").click();
    await row.getByLabel("Last day").focus();
    expect(await owner.violations()).toEqual([]);
    await owner.page.keyboard.press("Escape");
    expect(await row.locator("details[open]").count()).toBe(0);
    expect(await focused(owner)).toBe("Viewer: change erin");
  });

  it("leave when they confirm it, and are out at once", async () => {
    const erin = await site.openAs("erin", path);
    expect(await erin.page.getByText("Add somebody…").count()).toBe(0);
    await erin.page.getByRole("button", { name: "Leave the group…" }).click();
    await erin.page.getByRole("heading", { name: "Leave test-private?" }).waitFor();
    expect(await erin.violations()).toEqual([]);
    await erin.page.getByRole("button", { name: "Leave the group" }).click();
    await erin.page.getByRole("heading", { name: "You have left test-private" }).waitFor();
    expect(await erin.violations()).toEqual([]);
    expect(await erin.goTo(group)).toBe(403);
    await erin.close();
  });

  it("are invited by a link, which a stranger accepts and uploads", async () => {
    await owner.goTo(path);
    await owner.page.getByText("Invite…").click();
    expect(await owner.violations()).toEqual([]);
    await owner.page.locator("#invite").getByRole("combobox", { name: "Role" }).selectOption("editors");
    await owner.page.getByLabel("A note").fill("Welcome");
    await owner.page.getByRole("button", { name: "Make the link" }).click();
    const link = new URL((await owner.page.locator("#invitation-link").textContent()) ?? "");
    const sam = await site.openAs("sam", link.pathname);
    await sam.page.getByRole("button", { name: "Accept" }).click();
    await sam.page.waitForURL((url) => url.pathname === group);
    await upload(sam, "from_sam");
    await sam.page.getByRole("link", { name: "Open from/sam" }).waitFor();
    await sam.close();
    await owner.goTo(path);
    await rowOf(owner, "sam").waitFor();
  });

  it("are invited no more when the invitation is withdrawn", async () => {
    await owner.page.getByText("Invite…").click();
    await owner.page.getByRole("button", { name: "Make the link" }).click();
    await owner.page.getByRole("link", { name: "Back to the members" }).click();
    await owner.page.waitForURL("**/settings/members");
    expect(await owner.violations()).toEqual([]);
    await owner.page.getByRole("button", { name: /^Withdraw/ }).click();
    await owner.page.locator("#invitations").waitFor({ state: "detached" });
    expect(await focused(owner)).toBe("Members");
  });

  it("ask for access on the page that refuses them, and an owner gives them a role or declines", async () => {
    const ask = async (username: string) => {
      const session = await site.openAs(username, group);
      await session.page.getByRole("button", { name: "Ask for access" }).click();
      await session.page.getByText("Your request has been passed on").waitFor();
      return session;
    };
    const pia = await ask("pia");
    const quin = await ask("quin");
    await expect
      .poll(async () => {
        await owner.goTo(path);
        return owner.page.locator("#requests li").count();
      })
      .toBe(2);
    expect(await owner.violations()).toEqual([]);
    await owner.show(`members-requests-${browserName}`);
    await owner.page.getByRole("combobox", { name: "Role for pia" }).selectOption("editors");
    await owner.page.getByRole("button", { name: "Give the role to pia" }).click();
    await owner.page.getByText("Saved. pia is an editor.").waitFor();
    expect(await focused(owner)).toBe("Requests 1");
    expect(await pia.goTo(group)).toBe(200);
    await owner.page.getByRole("button", { name: "Decline quin" }).click();
    await owner.page.locator("#requests").waitFor({ state: "detached" });
    expect(await quin.goTo(group)).toBe(403);
    await pia.close();
    await quin.close();
  });

  it("are narrowed to those whose username is typed", async () => {
    const Authorization = await site.here.bearer("olivia", "test-private/owners");
    for (let i = 0; i < 8; i++) {
      const at = `${group}/settings/roles/viewers/members/pat${i}`;
      await site.here.ask({ method: "PUT", path: at, headers: { Authorization } });
    }
    await owner.goTo(path);
    await owner.page.getByRole("searchbox").fill("PAT");
    await owner.page.getByText("8 of 11").waitFor();
    expect(await rowOf(owner, "sam").isVisible()).toBe(false);
    await owner.page.getByRole("searchbox").fill("zoe");
    await owner.page.getByText("Nobody here has such a username.").waitFor();
    expect(await owner.violations()).toEqual([]);
    await owner.page.getByRole("searchbox").fill("");
    expect(await rowOf(owner, "sam").isVisible()).toBe(true);
  });

  it("are removed by an owner, and the focus goes to the next row", async () => {
    await rowOf(owner, "pat3").locator("summary").click();
    await rowOf(owner, "pat3").getByRole("button", { name: "Remove" }).click();
    await owner.page.getByText("Saved. pat3 has no role here.").waitFor();
    expect(await focused(owner)).toBe("Viewer: change pat4");
    expect(owner.problems.filter((problem) => !problem.includes("400"))).toEqual([]);
  });
});

describe("the members of a group", { timeout: 60_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite("chromium");
  });
  afterAll(() => site?.close());

  it("are added, changed and removed without scripts", async () => {
    const owner = await site.openOwner({ scripts: false });
    const { page } = owner;
    await page.getByText("Add somebody…").click();
    await page.getByLabel("Username").fill("amy");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText("Saved. The role waits for amy to log in.").waitFor();
    await changeRole(owner, "amy", "owners");
    await page.getByText("Saved. The role waits for amy").waitFor();
    await rowOf(owner, "amy").locator("summary").click();
    await rowOf(owner, "amy").getByRole("button", { name: "Remove" }).click();
    await page.getByText("Saved. amy has no role here.").waitFor();
    await owner.close();
  });

  it.each(["light", "dark"] as const)("fit on a phone, %s", async (colorScheme) => {
    const phone = await site.openOwner({ width: 360, colorScheme });
    await phone.page.getByText("Add somebody…").click();
    expect(await phone.page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    expect(await phone.violations()).toEqual([]);
    await phone.close();
  });
});
