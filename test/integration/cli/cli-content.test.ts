import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { simulateOutbreak } from "../../../src/app/sample/outbreak.ts";
import type { CliSite } from "../../support/cli/cli-site.ts";
import { openCliSite } from "../../support/cli/cli-site.ts";
import type { CommandLine } from "../../support/cli/command-line.ts";
import { pngOf } from "../../support/resources/png.ts";

const sidecars = ["root-sequence", "tip-frequencies", "measurements"];
const names = ["winter_2025.json", ...sidecars.map((name) => `winter_2025_${name}.json`)];

let site: CliSite;
let alice: CommandLine;
let group: string;

const write = (name: string, content: string | Uint8Array) => writeFile(join(alice.folder, name), content);
const read = (name: string) => readFile(join(alice.folder, name));

beforeAll(async () => {
  site = await openCliSite();
  alice = await site.of("alice");
  group = `${site.origin}/groups/demo-private`;
  const outbreak = simulateOutbreak(42);
  for (const [type, content] of outbreak.files) {
    await write(type === "main" ? "winter_2025.json" : `winter_2025_${type}.json`, content);
  }
});
afterAll(() => site?.close());

/** What the server logged of a path since `log` was its output. */
const requests = (log: string, path: string): string[] =>
  site.server
    .output()
    .slice(log.length)
    .split("\n")
    .flatMap((line) => new RegExp(`(\\d+ [A-Z]+) ${path} `).exec(line)?.[1] ?? []);

describe("a dataset with all its sidecars", () => {
  test("is uploaded file by file (CLI-30, CLI-31)", async () => {
    const log = site.server.output();
    const ran = await alice.nextstrain("remote", "upload", group, ...names);
    const as = ["", ...sidecars.map((name) => ` (${name})`)];
    expect(ran).toMatchObject({
      code: 0,
      output: names.map((name, at) => `Uploading ${name} as ${group}/winter/2025${as[at]}\n`).join(""),
      errors: "",
    });
    expect(requests(log, "/groups/demo-private/winter/2025")).toEqual(Array(4).fill("204 PUT"));
  });

  test("comes back byte for byte, in four requests (CLI-27, CLI-28)", async () => {
    const log = site.server.output();
    const ran = await alice.nextstrain("remote", "download", `${group}/winter/2025`, "back.json");
    expect([ran.code, ran.errors]).toEqual([0, ""]);
    for (const name of names) {
      expect((await read(name.replace("winter_2025", "back"))).equals(await read(name)), name).toBe(true);
    }
    expect(requests(log, "/groups/demo-private/winter/2025")).toEqual(Array(4).fill("200 GET"));
  });

  test("is uploaded under the very name that the address gives, in any spelling of the group (CLI-4)", async () => {
    const address = `${site.origin}/groups/Demo-Private/renamed/here`;
    const ran = await alice.nextstrain("remote", "upload", address, names[0] ?? "");
    expect(ran.code).toBe(0);
    const log = site.server.output();
    const down = await alice.nextstrain("remote", "download", `${group}/renamed/here`, "renamed.json");
    expect(down).toMatchObject({ code: 0, errors: "" });
    expect((await read("renamed.json")).equals(await read(names[0] ?? ""))).toBe(true);
    // It has no sidecars, and nobody is told (CLI-29).
    expect(requests(log, "/groups/demo-private/renamed/here").sort()).toEqual([
      "200 GET",
      ...Array(3).fill("404 GET"),
    ]);
  });
});

describe("a narrative", () => {
  const story = (image: string) =>
    `---\ntitle: The winter\ndataset: "https://example.org/groups/demo/winter/2025"\n---\n\n` +
    `# [One](https://example.org/groups/demo/winter/2025?d=tree)\n\nGrüße, 你好.\n\n${image}\n`;

  test("is uploaded with its images inside, and comes back as the CLI sent it (CLI-28, CLI-30)", async () => {
    // Larger than any buffer on the way, compressed too.
    const picture = Buffer.concat([pngOf(64, 64), randomBytes(1_000_000)]);
    await write("picture.png", picture);
    await write("winter_story.md", story("![A map](picture.png)"));
    const up = await alice.nextstrain("remote", "upload", group, "winter_story.md");
    expect(up).toMatchObject({
      code: 0,
      output: `Uploading winter_story.md as ${group}/narratives/winter/story\n`,
      errors: "",
    });
    const down = await alice.nextstrain("remote", "download", `${group}/narratives/winter/story`, "story.md");
    expect(down).toMatchObject({ code: 0, errors: "" });
    const image = encodeURIComponent(picture.toString("base64")).replaceAll("%2F", "/");
    expect((await read("story.md")).toString()).toBe(
      `${story("![A map][picture.png]")}\n\n[picture.png]: data:image/png;base64,${image}\n`,
    );
  });

  test("is no dataset, and a dataset no narrative (CLI-28)", async () => {
    for (const path of ["winter/story", "narratives/winter/2025"]) {
      const ran = await alice.nextstrain("remote", "download", `${group}/${path}`);
      expect([ran.code, ran.text]).toEqual([
        1,
        expect.stringContaining("Remote resource not found. Check for typos"),
      ]);
    }
  });
});

test("names with dots, blanks and the letters of all languages go up, are listed and come back (CLI-23)", async () => {
  const odd = [
    ["2025.01.19-v1.2", "2025.01.19-v1.2"],
    ["größe-流感", "gr%C3%B6%C3%9Fe-%E6%B5%81%E6%84%9F"],
    ["it's (new)~+&=!", "it%27s%20%28new%29~%2B%26%3D%21"],
  ] as const;
  const content = await read(names[0] ?? "");
  for (const [name] of odd) await write(`odd_${name}.json`, content);
  const up = await alice.nextstrain("remote", "upload", group, ...odd.map(([name]) => `odd_${name}.json`));
  expect([up.code, up.errors]).toEqual([0, ""]);
  const listed = await alice.nextstrain("remote", "ls", `${group}/odd`);
  const { folder } = await site.terminal();
  const down = await alice.nextstrain("remote", "download", "-r", `${group}/odd`, folder);
  expect([down.code, down.errors]).toEqual([0, ""]);
  const deleted = await alice.nextstrain("remote", "delete", "-r", `${group}/odd`);
  expect([deleted.code, deleted.errors]).toEqual([0, ""]);
  for (const [name, encoded] of odd) {
    expect(up.output).toContain(`Uploading odd_${name}.json as ${group}/odd/${encoded}\n`);
    expect(listed.output).toContain(`${group}/odd/${encoded}\n`);
    expect((await readFile(join(folder, `odd_${name}.json`))).equals(content)).toBe(true);
    expect(deleted.output).toContain(`Deleting ${group}/odd/${encoded}\n`);
  }
});

test("a name that Auspice would lose is refused, with the reason", async () => {
  await write("odd_100%.json", await read(names[0] ?? ""));
  const up = await alice.nextstrain("remote", "upload", group, "odd_100%.json");
  expect([up.code, up.text]).toEqual([1, expect.stringContaining("A name cannot hold %")]);
});

describe("listing, many at once, and deletion", () => {
  const listed = async (path: string) => {
    const ran = await alice.nextstrain("remote", "ls", site.origin + path);
    expect([ran.code, ran.errors]).toEqual([0, ""]);
    return ran.output
      .split("\n")
      .filter(Boolean)
      .map((line) => line.slice(site.origin.length))
      .sort();
  };
  const [sample, sampleStory] = ["lakeside/2024", "narratives/lakeside/around-the-lake"];
  const own = [sample, sampleStory, "narratives/winter/story", "renamed/here", "winter/2025"];
  const everything = [
    ...own.map((path) => `/groups/demo-private/${path}`),
    ...[sample, sampleStory].map((path) => `/groups/demo/${path}`),
  ];

  test.each([
    ["", everything],
    ["/groups", everything],
    ["/groups/demo-private", everything.filter((path) => path.startsWith("/groups/demo-private/"))],
    ["/groups/demo-private/winter", ["/groups/demo-private/winter/2025"]],
    ["/groups/demo-private/narratives/", everything.filter((path) => /private\/narratives/.test(path))],
    ["/groups/demo-private/winter/2", []],
    ["/groups/Demo-Private", []],
  ])("ls of %j shows what is at it and below (CLI-24 to CLI-26)", async (path, expected) => {
    expect(await listed(path)).toEqual([...expected].sort());
  });

  test("download --recursively brings all of a group into a folder (CLI-24, CLI-27)", async () => {
    const missing = await alice.nextstrain("remote", "download", "--recursively", group, "all");
    expect([missing.code, missing.text]).toEqual([1, expect.stringContaining("mkdir -p all")]);
    const folder = await site.terminal();
    const ran = await alice.nextstrain("remote", "download", "--recursively", group, folder.folder);
    expect([ran.code, ran.errors]).toEqual([0, ""]);
    const files = await readdir(folder.folder);
    expect(files.sort()).toEqual(
      [
        "lakeside_2024.json",
        ...sidecars.map((name) => `lakeside_2024_${name}.json`),
        "lakeside_around-the-lake.md",
        "renamed_here.json",
        ...names,
        "winter_story.md",
      ].sort(),
    );
    for (const name of names) {
      expect((await readFile(join(folder.folder, name))).equals(await read(name)), name).toBe(true);
    }
  });

  test("delete takes one with its sidecars; what is below others only --recursively (CLI-34)", async () => {
    const above = await alice.nextstrain("remote", "delete", `${group}/winter`);
    const error = "Error: Path /groups/demo-private/winter does not seem to exist\n";
    expect(above).toMatchObject({ code: 1, output: "", errors: error });
    const one = await alice.nextstrain("remote", "delete", `${group}/renamed/here`);
    expect(one).toMatchObject({ code: 0, output: `Deleting ${group}/renamed/here\n`, errors: "" });
    const below = await alice.nextstrain("remote", "delete", "--recursively", `${group}/winter`);
    expect(below).toMatchObject({ code: 0, output: `Deleting ${group}/winter/2025\n`, errors: "" });
    const stories = await alice.nextstrain("remote", "delete", "-r", `${group}/narratives/winter`);
    expect(stories).toMatchObject({ code: 0, output: `Deleting ${group}/narratives/winter/story\n` });
    expect(await listed("/groups/demo-private")).toEqual(
      [sample, sampleStory].map((path) => `/groups/demo-private/${path}`).sort(),
    );
    const sidecar = await alice.nextstrain("remote", "download", `${group}/winter/2025`, "gone.json");
    expect([sidecar.code, sidecar.text]).toEqual([1, expect.stringContaining("Remote resource not found.")]);
  });
});
