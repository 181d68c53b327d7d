import { randomBytes } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CliSite } from "../../support/cli/cli-site.ts";
import { openCliSite } from "../../support/cli/cli-site.ts";
import type { CommandLine, CommandResult } from "../../support/cli/command-line.ts";
import { ask } from "../../support/requests/http.ts";

const good = JSON.stringify({ version: "v2", meta: { title: "Good" }, tree: { name: "root" } });

let site: CliSite;
let alice: CommandLine;
let group: string;

beforeAll(async () => {
  site = await openCliSite({ MAX_UPLOAD_BYTES: "2000000" });
  alice = await site.of("alice");
  group = `${site.origin}/groups/demo`;
});
afterAll(() => site?.close());

const upload = async (name: string, content: string | Uint8Array, to = group): Promise<CommandResult> => {
  await writeFile(join(alice.folder, name), content);
  return alice.nextstrain("remote", "upload", to, name);
};

/** An end with a sentence for people, and with nothing for programmers. */
const expectTold = (ran: CommandResult, ...sentences: readonly string[]): void => {
  expect(ran.text).not.toContain("Traceback");
  for (const sentence of sentences) expect(ran.text).toContain(sentence);
  expect(ran.code).toBe(1);
};

const rejected = "Error: The remote server rejected our request:";

describe("an upload that cannot be, by its content", () => {
  test.concurrent.each<[string, string, string | Uint8Array, string]>([
    [
      "JSON that breaks off",
      "cut.json",
      '{"meta": {}, "tree": ',
      "This is not complete JSON: it ends where a value should follow, at byte 21. Was the file cut off?",
    ],
    [
      "JSON with a NaN",
      "nan.json",
      '{"meta": {},\n"tree": NaN}',
      "JSON has no NaN and no Infinity; use null.",
    ],
    ["JSON of something else", "else.json", '{"nodes": {}}', "meta"],
    ["an empty file", "empty.json", "", "This upload is empty. Nothing was changed."],
    ["a sidecar that is no JSON", "good_measurements.json", "<html>", "This is not JSON: line 1"],
    ["a narrative without front matter", "plain.md", "# Hello\n", "front matter"],
    [
      "more than the server takes",
      "large.json",
      JSON.stringify({ meta: {}, tree: { name: "root" }, pad: randomBytes(2_000_000).toString("hex") }),
      "has more than 2 MB when unpacked, the most that this server takes.",
    ],
  ])("%s is refused with its sentence (CLI-30, CLI-32)", async (_what, name, content, sentence) => {
    expectTold(await upload(name, content), rejected, sentence);
  });

  test("truncated gzip, which the CLI does not make, is told to other programs", async () => {
    const header = (await alice.nextstrain("authorization", site.origin)).output.trim().split(": ")[1] ?? "";
    const answer = await ask(site.server.http, {
      method: "PUT",
      path: "/groups/demo/cut",
      headers: {
        Accept: "application/json",
        Authorization: header,
        "Content-Type": "application/vnd.nextstrain.dataset.main+json",
        "Content-Encoding": "gzip",
      },
      body: gzipSync(good).subarray(0, -6),
    });
    expect([answer.status, answer.json()]).toEqual([
      400,
      { error: expect.stringContaining("This upload is not a complete gzip file: it ends too early.") },
    ]);
  });
});

describe("an upload that cannot be, by its name", () => {
  test.each([
    ["a@2025-01-01.json", "", "Datasets and narratives of groups have no versions: leave out the @ part."],
    ["narratives_x.json", "", 'This is a dataset, and a dataset\'s name cannot begin with "narratives".'],
    ["x_seq.json", "", 'A dataset\'s name cannot end in "seq": that is the name of a sidecar file.'],
    [
      "good.json",
      "/a_b",
      "Names of datasets and narratives cannot contain underscores; use slashes or hyphens.",
    ],
    ["good.json", "/a:b", "This address names two datasets; name one of them."],
  ])("%s to %j is refused with its sentence (CLI-30)", async (name, below, sentence) => {
    expectTold(await upload(name, good, group + below), rejected, sentence);
  });

  test("a name that is too long is refused with its sentence (CLI-30)", async () => {
    const sentence = "A name can have 234 bytes at most, slashes included; this one is longer.";
    expectTold(await upload("good.json", good, `${group}/${"long".repeat(300)}`), rejected, sentence);
  });

  test.each(["logo", "overview"])("a dataset is not taken for the group's %s (CLI-30)", async (file) => {
    const sentence = `This is the address of the group's ${file}, not of a dataset or a narrative.`;
    expectTold(await upload("good.json", good, `${group}/settings/${file}`), rejected, sentence);
  });

  test("what would lie among the group's settings is no address of a dataset", async () => {
    expectTold(await upload("settings_x.json", good), "Error: Remote resource not found. Check for typos");
  });

  test.each(["logo.png", "group-overview.md", "old_tree.json"])(
    "%s is refused by the CLI itself (CLI-33)",
    async (name) => {
      const log = site.server.output();
      expectTold(await upload(name, good), "Only datasets (v2) and narratives are currently supported");
      expect(site.server.output()).toBe(log);
    },
  );
});

describe("an address with a mistake", () => {
  const denied = "Error: Permission denied.";
  const missing = "Error: Remote resource not found. Check for typos in the parameters you used?";
  test.concurrent.each<[string, readonly string[], string]>([
    ["a wrong group", ["ls", "/groups/dmeo"], denied],
    ["a wrong group", ["download", "/groups/dmeo/lakeside/2024"], denied],
    ["a wrong group", ["delete", "-r", "/groups/dmeo"], denied],
    ["a wrong dataset", ["download", "/groups/demo/lakeside/2042"], missing],
    ["a wrong narrative", ["download", "/groups/demo/narratives/around"], missing],
    ["a wrong dataset", ["delete", "/groups/demo/lakeside/2042"], "does not seem to exist"],
    ["a group for a dataset", ["download", "/groups/demo"], "does not seem to be a dataset."],
    ["a group for its narratives", ["download", "/groups/demo/narratives"], "Error:"],
    ["a group's settings", ["download", "/groups/demo/settings"], "Error:"],
    ["another server's dataset", ["ls", "/ncov/open"], "Error:"],
    ["another server's dataset", ["download", "/ncov/open/global"], missing],
    ["the name of a group's logo", ["download", "/groups/demo/settings/logo"], missing],
    ["the name of a group's overview", ["download", "/groups/demo/settings/overview"], missing],
    ["the name of a group's members", ["download", "/groups/demo/settings/members"], missing],
    ["a page about oneself", ["download", "/whoami"], missing],
    ["a page that leads to another", ["download", "/users"], missing],
    ["a page with sessions", ["download", "/sessions"], missing],
    ["no path", ["download", ""], "nothing to download. Did you mean to use --recursively?"],
  ])(
    "%s, in remote %j, ends in a sentence (CLI-25 to CLI-29)",
    async (_what, [command = "", ...rest], sentence) => {
      const path = rest.pop() ?? "";
      expectTold(await alice.nextstrain("remote", command, ...rest, site.origin + path), sentence);
    },
  );

  test("is told of an upload too, also a large one (CLI-32)", async () => {
    const large = JSON.stringify({
      meta: {},
      tree: { name: "root" },
      pad: randomBytes(900_000).toString("hex"),
    });
    expectTold(await upload("large.json", large, `${site.origin}/groups/dmeo`), denied);
    expectTold(await upload("good.json", good, site.origin), missing);
  });
});

test("a store that is away is the server's problem, and everything works again after it (CLI-27, CLI-30)", async () => {
  const [objects, away] = ["objects", "objects-away"].map((name) => join(site.server.data, name)) as [
    string,
    string,
  ];
  await rename(objects, away);
  await writeFile(objects, "");
  try {
    const problem = "Error: The remote server had a problem processing our request. Retrying may help";
    expectTold(await alice.nextstrain("remote", "ls", group), problem);
    expectTold(await alice.nextstrain("remote", "download", `${group}/lakeside/2024`), problem);
    expectTold(await upload("good.json", good), problem);
  } finally {
    await rm(objects);
    await rename(away, objects);
  }
  expect(await upload("good.json", good)).toMatchObject({ code: 0, errors: "" });
});

test("a server that is known by an address without https works without login on this machine (CLI-1)", async () => {
  const nobody = await site.terminal({ NEXTSTRAIN_DOT_ORG: site.origin });
  const byHttp = await nobody.nextstrain("remote", "ls", `${site.server.http}/groups/demo`);
  expect(byHttp).toMatchObject({ code: 0, errors: "" });
  expect(byHttp.output).toContain(`${site.server.http}/groups/demo/lakeside/2024\n`);
  const bare = `${new URL(site.server.http).host}/groups/demo`;
  // Without a scheme, http is meant of localhost, and https of every other name.
  expect(await nobody.nextstrain("remote", "ls", bare)).toEqual(byHttp);
  const secure = await nobody.nextstrain("remote", "ls", bare.replace("localhost", "127.0.0.1"));
  expect([secure.code, secure.text]).toEqual([1, expect.stringContaining("SSLError")]);
  const byDefault = await nobody.nextstrain("remote", "ls", "groups/demo");
  expect(byDefault.output).toContain(`${group}/lakeside/2024\n`);
  expectTold(
    await nobody.nextstrain("remote", "ls", "http://192.0.2.1/groups/demo"),
    "Insecure http:// protocol is allowed only for localhost",
  );
});
