import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CliSite, Person } from "../../support/cli/cli-site.ts";
import { openCliSite } from "../../support/cli/cli-site.ts";
import type { CommandLine } from "../../support/cli/command-line.ts";

const content = JSON.stringify({ version: "v2", meta: { title: "Of a role" }, tree: { name: "root" } });

type Who = Person | "anonymous";

let site: CliSite;
let lines: Record<Who, CommandLine>;

beforeAll(async () => {
  site = await openCliSite();
  const [alice, erin, bob, carol, anonymous] = await Promise.all([
    site.of("alice"),
    site.of("erin"),
    site.of("bob"),
    site.of("carol"),
    site.terminal(),
  ]);
  lines = { alice, erin, bob, carol, anonymous };
  await Promise.all(Object.values(lines).map(({ folder }) => writeFile(join(folder, "role.json"), content)));
});
afterAll(() => site?.close());

/** What the CLI tells somebody whom the server refuses: whom it takes them for, and what may help. */
const refusal = (who: Who): string =>
  who === "anonymous"
    ? `Error: Permission denied. Logging in with nextstrain login ${site.origin} might help?`
    : "Error: Permission denied. Are you logged in as the correct user? Current user: " +
      `${who} If your permissions were recently changed (e.g. new group membership), it might help to run ` +
      `nextstrain login --renew ${site.origin} and then retry your command.`;

const writers: readonly Who[] = ["alice", "erin"];
const readers: readonly Who[] = [...writers, "bob"];
const everybody: readonly Who[] = [...readers, "carol", "anonymous"];

const rows = everybody.flatMap((who) =>
  (["demo", "demo-private"] as const).map((group) => ({
    who,
    group,
    reads: group === "demo" || readers.includes(who),
    writes: writers.includes(who),
  })),
);

// Side by side: the CLI needs most of its time to start, and a second processor to do so meanwhile.
describe.concurrent.each(rows)("$who, on $group", ({ who, group, reads, writes }) => {
  const address = () => `${site.origin}/groups/${group}`;
  const can = (allowed: boolean) => (allowed ? "can" : "cannot, and is told why:");

  test(`${can(reads)} list and download (CLI-22, CLI-24, CLI-27)`, async () => {
    const [listed, down] = await Promise.all([
      lines[who].nextstrain("remote", "ls", address()),
      lines[who].nextstrain("remote", "download", `${address()}/lakeside/2024`, `${group}.json`),
    ]);
    expect([listed.code, down.code]).toEqual(reads ? [0, 0] : [1, 1]);
    if (reads) {
      expect(listed.output).toContain(`${address()}/lakeside/2024\n`);
      const main = JSON.parse(await readFile(join(lines[who].folder, `${group}.json`), "utf8"));
      expect(main).toHaveProperty("tree");
    } else {
      expect(listed.text.trim()).toBe(refusal(who));
      expect(down.text.trim()).toBe(refusal(who));
    }
  });

  test(`${can(writes)} upload and delete (CLI-22, CLI-30, CLI-34)`, async () => {
    const target = `${address()}/by/${who}`;
    const up = await lines[who].nextstrain("remote", "upload", target, "role.json");
    const goal = writes ? target : `${address()}/lakeside/2024`;
    const deleted = await lines[who].nextstrain("remote", "delete", goal);
    expect([up.code, deleted.code]).toEqual(writes ? [0, 0] : [1, 1]);
    expect(up.output).toBe(`Uploading role.json as ${target}\n`);
    expect(deleted.output).toBe(reads ? `Deleting ${goal}\n` : "");
    if (!writes) {
      expect(up.text).toContain(refusal(who));
      expect(deleted.text).toContain(refusal(who));
    }
  });
});

test("everything that somebody may see, and no more, is listed for each (CLI-24)", async () => {
  for (const who of ["bob", "carol", "anonymous"] as const) {
    const ran = await lines[who].nextstrain("remote", "ls", site.origin);
    expect([ran.code, ran.errors]).toEqual([0, ""]);
    expect(ran.output.includes("/groups/demo/")).toBe(true);
    expect(ran.output.includes("/groups/demo-private/"), who).toBe(who === "bob");
  }
});
