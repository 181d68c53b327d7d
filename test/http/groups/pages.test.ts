import { beforeAll, describe, expect, test } from "vitest";
import type { Browser } from "../../support/browser/browser.ts";
import { putSamples } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";
import { browserOf, type CallerKind, callerKinds } from "../../support/sessions/callers.ts";

const server = testServer();
const visitors = new Map<CallerKind, Browser>();
beforeAll(async () => {
  await putSamples(server, "blab", "test-private");
  for (const kind of callerKinds) visitors.set(kind, await browserOf(server, kind, "blab"));
});

/** The page as this kind of caller of `blab` sees it. */
const see = async (kind: CallerKind, path: string): Promise<string> => {
  const answer = await visitors.get(kind)?.ask(path);
  expect([answer?.status, answer?.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  return answer?.text ?? "";
};

describe("the list of groups", () => {
  test("shows an anonymous visitor the public groups, with a login link", async () => {
    const text = await see("anonymous", "/groups");
    for (const name of ["blab", "MixedCase"]) expect(text).toContain(`href="/groups/${name}"`);
    for (const name of ["test-private", "other"]) expect(text).not.toContain(`/groups/${name}`);
    expect(text).toMatch(/href="\/login\?return_to=%2Fgroups"/);
    expect(text).toContain('href="/groups/blab/ncov/19B"');
  });

  test("shows a member their private groups and their username", async () => {
    const text = await see("outsider", "/groups");
    expect(text).toContain('href="/groups/other"');
    expect(text).not.toContain("test-private");
    expect(text).toContain("outsider-of-blab");
    expect(text).toContain('href="/whoami"');
  });

  test("can be filtered by query parameters, without scripts", async () => {
    const narrowed = await see("anonymous", "/groups?type=narrative");
    expect(narrowed).not.toContain('href="/groups/blab/ncov/19B"');
    expect(narrowed).toContain('href="/groups/blab/narratives/test/fixture"');
    expect(await see("anonymous", "/groups?filter=19B")).not.toContain("narratives/test/fixture");
  });

  test("escapes query parameters", async () => {
    const text = await see("anonymous", "/groups?filter=%3Cimg%20src%3Dx%3E&type=%22%3E%3Cb%3E");
    expect(text).not.toMatch(/<img src=x>|"><b>/);
  });
});

describe("a group's page", () => {
  test.each([
    ["anonymous", false, false, false],
    ["outsider", false, false, false],
    ["viewer", false, true, false],
    ["editor", true, true, false],
    ["owner", true, true, true],
  ] as const)(
    "shows an %s an upload form: %j, members: %j, settings: %j",
    async (kind, upload, members, settings) => {
      const text = await see(kind, "/groups/blab");
      expect(text).toContain("The lab blab");
      expect(text).toContain('href="/groups/blab/ncov/19B"');
      expect(text).toContain('href="/groups/blab/narratives/test/fixture"');
      expect(text.includes('type="file"')).toBe(upload);
      expect(text.includes('href="/groups/blab/settings/members"')).toBe(members);
      expect(/href="\/groups\/blab\/settings"/.test(text)).toBe(settings);
    },
  );
});

describe("the settings page", () => {
  test.each(["viewer", "editor"] as const)(
    "tells a %s that only owners can change settings",
    async (kind) => {
      const text = await see(kind, "/groups/blab/settings");
      expect(text).not.toMatch(/<textarea|type="file"/);
      expect(text).toMatch(/owner/);
    },
  );

  test("shows an owner the stored overview", async () => {
    const text = await see("owner", "/groups/blab/settings");
    expect(text).toMatch(/name="title"[^>]* value="The lab blab"/);
  });
});

describe("pages of datasets", () => {
  test("are Auspice, or 404 if there is no dataset", async () => {
    for (const path of [
      "/groups/blab/ncov/19B",
      "/groups/blab/narratives/test/fixture",
      "/edit/narratives",
    ]) {
      expect(await see("anonymous", path)).toContain("/dist/auspice.main.bundle");
    }
    const missing = await visitors.get("anonymous")?.ask("/groups/blab/ncov");
    expect(missing?.status).toBe(404);
    expect(missing?.text).not.toContain("/dist/");
  });
});
