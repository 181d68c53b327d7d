import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CliSite } from "../../support/cli/cli-site.ts";
import { openCliSite } from "../../support/cli/cli-site.ts";
import type { CommandLine, CommandResult } from "../../support/cli/command-line.ts";
import { setNotBefore } from "../../support/sessions/set-not-before.ts";

let site: CliSite;
let alice: CommandLine;
let bob: CommandLine;
let nobody: CommandLine;
let untrusting: CommandLine;
let page: string;

beforeAll(async () => {
  site = await openCliSite();
  page = await readFile(new URL("../../../docs/using.md", import.meta.url), "utf8");
  [alice, bob, nobody, untrusting] = await Promise.all([
    site.of("alice"),
    site.of("bob"),
    site.terminal(),
    site.terminal({ REQUESTS_CA_BUNDLE: "" }),
  ]);
  const good = JSON.stringify({ version: "v2", meta: { title: "Good" }, tree: { name: "root" } });
  for (const { folder } of [alice, bob]) await writeFile(join(folder, "good.json"), good);
  await writeFile(join(alice.folder, "bad.json"), '{"meta": {}, ');
  await writeFile(join(alice.folder, "logo.png"), "");
});
afterAll(() => site?.close());

const group = () => `${site.origin}/groups/demo-private`;

const ls = (line: CommandLine, address = group()) => line.nextstrain("remote", "ls", address);

const withoutStore = async (use: () => Promise<CommandResult>): Promise<CommandResult> => {
  const objects = join(site.server.data, "objects");
  await rename(objects, `${objects}-away`);
  await writeFile(objects, "");
  try {
    return await use();
  } finally {
    await rm(objects);
    await rename(`${objects}-away`, objects);
  }
};

/** A login whose browser comes back with this. */
const cameBack = (answer: Readonly<Record<string, string>>): Promise<CommandResult> =>
  nobody.beginLogin(site.origin, (address) => {
    const { searchParams } = new URL(address);
    const query = new URLSearchParams({ state: searchParams.get("state") ?? "", ...answer });
    return fetch(`${searchParams.get("redirect_uri")}?${query}`);
  });

const withSpoiltRefreshToken = async (): Promise<CommandResult> => {
  const kept = await readFile(bob.secrets, "utf8");
  await writeFile(bob.secrets, kept.replace(/^(refresh_token = ).+$/m, "$1used-up"));
  return bob.nextstrain("login", "--renew", site.origin);
};

/** How people come to read what the page explains; in the page's order, which alice's and bob's tokens need. */
const ways: Readonly<Record<string, () => Promise<CommandResult>>> = {
  "Not logged in": () => nobody.nextstrain("whoami", site.origin),
  "Permission denied. Logging in … might help?": () => ls(nobody),
  "Login credentials appear to be out of date": async () => {
    await setNotBefore(site.server.data, "alice");
    // Once the server has noticed.
    await expect.poll(async () => (await ls(alice)).code, { timeout: 20_000 }).toBe(1);
    return ls(alice);
  },
  "Renewal failed or not possible": withSpoiltRefreshToken,
  "An error occurred while completing authentication": () => cameBack({ error: "access_denied" }),
  "Login failed": () => cameBack({ code: "made-up" }),
  "Permission denied. Are you logged in as the correct user?": () =>
    bob.nextstrain("remote", "upload", group(), "good.json"),
  "The remote server rejected our request: …": () =>
    alice.nextstrain("remote", "upload", group(), "bad.json"),
  "Only datasets (v2) and narratives are currently supported": () =>
    alice.nextstrain("remote", "upload", group(), "logo.png"),
  "Remote resource not found": () => alice.nextstrain("remote", "download", `${group()}/no/such`),
  "… does not seem to exist": () => alice.nextstrain("remote", "delete", `${group()}/no/such`),
  "… does not seem to be a …": () => alice.nextstrain("remote", "download", group()),
  "Nothing at all, from `remote ls`": () => ls(alice, `${site.origin}/groups/Demo-Private`),
  "The remote server had a problem": () => withoutStore(() => ls(alice)),
  "Could not connect to …": () => nobody.nextstrain("login", "https://localhost:1"),
  "many lines, then ConnectionError": () => ls(nobody, "https://localhost:1/groups/demo"),
  CERTIFICATE_VERIFY_FAILED: () => untrusting.nextstrain("login", site.origin),
  "AssertionError, at login": () => nobody.nextstrain("login", site.server.http),
};

/** What helps by typing it, where the page names a command that helps at once. */
const cures: Readonly<Record<string, () => Promise<void>>> = {
  "Login credentials appear to be out of date": () =>
    // A token of the very second of the change is too old still.
    expect
      .poll(
        async () => {
          expect((await alice.nextstrain("login", "--renew", site.origin)).code).toBe(0);
          return (await ls(alice)).code;
        },
        { timeout: 20_000 },
      )
      .toBe(0),
  "Renewal failed or not possible": async () => {
    expect((await bob.nextstrain("logout", site.origin)).code).toBe(0);
    expect((await bob.logIn(site.browser, site.origin, "bob")).code).toBe(0);
    expect((await ls(bob)).code).toBe(0);
  },
};

/** What the CLI says, as the page has it: its own remarks left out, and an ellipsis for what differs. */
const pattern = (phrase: string): RegExp => {
  if (phrase.startsWith("Nothing at all")) return /^ ?$/;
  const said = phrase.replace(/, at login$/, "").replace(/^many lines, then /, "Traceback … ");
  const parts = said.split("…").map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(parts.join(".*"));
};

const phrases = (): string[] => {
  const [, table = ""] = /^\| It says \| Do this \|\n(.*?)\n\n/ms.exec(page) ?? [];
  const cells = table
    .split("\n")
    .slice(1)
    .map((line) => line.split(" | ")[0]?.replace(/^\| /, "") ?? "");
  return cells.flatMap((cell) => cell.split("; or: "));
};

test("the page for users explains what can be read below, and nothing else", () => {
  expect(phrases()).toEqual(Object.keys(ways));
});

test.each(Object.keys(ways))("%s: that is what people read", async (phrase) => {
  const ran = await ways[phrase]?.();
  expect(ran?.text).toMatch(pattern(phrase));
  expect(ran?.code).toBe(phrase.startsWith("Nothing at all") ? 0 : 1);
  await cures[phrase]?.();
});
