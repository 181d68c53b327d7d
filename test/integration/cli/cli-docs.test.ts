import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pinnedVersions } from "../../../docs/versions-table.ts";
import { simulateOutbreak } from "../../../src/app/sample/outbreak.ts";
import type { CliSite } from "../../support/cli/cli-site.ts";
import { openCliSite } from "../../support/cli/cli-site.ts";
import type { CommandLine } from "../../support/cli/command-line.ts";
import { ask } from "../../support/requests/http.ts";

/** As the page spells the server and the group. */
const server = "https://groups.example.org";
const group = `${server}/groups/our-lab`;
const files = ["winter_2025.json", "winter_2025_measurements.json", "winter_story.md"] as const;
const [main, measurements, story] = files;

let site: CliSite;
let alice: CommandLine;
let page: string;

beforeAll(async () => {
  site = await openCliSite();
  page = await readFile(new URL("../../../docs/using.md", import.meta.url), "utf8");
  alice = await site.terminal();
  const outbreak = simulateOutbreak(42).files;
  await writeFile(join(alice.folder, main), outbreak.get("main") ?? "");
  await writeFile(join(alice.folder, measurements), outbreak.get("measurements") ?? "");
  await writeFile(join(alice.folder, story), `---\ntitle: Winter\ndataset: "${group}/winter/2025"\n---\n`);
});
afterAll(() => site?.close());

/** The lines of the page that people are to type, in their order. */
const commands = (): string[] =>
  Array.from(page.matchAll(/^```sh\n(.*?)^```$/gms), ([, lines = ""]) => lines.trim().split("\n")).flat();

/** Types a line of the page at alice's terminal; what it says is given back in the page's spelling. */
const type = async (line: string): Promise<{ code: number | string; output: string; errors: string }> => {
  const real = line.replaceAll(server, site.origin).replaceAll("our-lab", "demo-private");
  const [program, ...words] = real.split(" ");
  if (program === "mkdir") {
    await mkdir(join(alice.folder, words.at(-1) ?? ""));
    return { code: 0, output: "", errors: "" };
  }
  expect(program).toBe("nextstrain");
  const isLogin = words[0] === "login" && words.length === 2;
  const { code, output, errors } = await (isLogin
    ? alice.logIn(site.browser, site.origin, "alice")
    : alice.nextstrain(...words));
  const asThere = (text: string) =>
    text
      .replaceAll(site.origin, server)
      .replaceAll("demo-private", "our-lab")
      .replaceAll(alice.secrets, "<secrets>");
  return { code, output: asThere(output), errors: asThere(errors) };
};

const sample = ["lakeside/2024", "narratives/lakeside/around-the-lake"];
const uploaded = ["winter/2025-01", "winter/2025"];

const lines = (paths: readonly string[]): string => paths.map((path) => `${group}/${path}\n`).join("");

/** What each line of the page says, and what is so after it. */
const outcomes: readonly (readonly [line: string, said: unknown, after?: () => Promise<void>])[] = [
  [`nextstrain login ${server}`, expect.stringContaining(`Logged into ${server} as alice.\n`)],
  [
    `nextstrain whoami ${server}`,
    `# Logged into ${server} as…\nusername: alice\ngroups: \n  - our-lab/owners\n  - demo/owners\n`,
  ],
  [`nextstrain remote ls ${server}`, expect.stringContaining(`${group}/lakeside/2024\n`)],
  [`nextstrain remote ls ${group}`, lines(sample)],
  [`nextstrain remote ls ${group}/narratives`, lines(sample.slice(1))],
  [
    `nextstrain remote upload ${group} ${files.join(" ")}`,
    `Uploading ${main} as ${group}/winter/2025\n` +
      `Uploading ${measurements} as ${group}/winter/2025 (measurements)\n` +
      `Uploading ${story} as ${group}/narratives/winter/story\n`,
  ],
  [
    `nextstrain remote upload ${group}/winter/2025-01 ${main}`,
    `Uploading ${main} as ${group}/winter/2025-01\n`,
    async () => expect((await type(`nextstrain remote ls ${group}/winter`)).output).toBe(lines(uploaded)),
  ],
  [
    `nextstrain remote download ${group}/winter/2025`,
    `Downloading ${group}/winter/2025 as ${main}\n` +
      `Downloading ${group}/winter/2025 (measurements) as ${measurements}\n`,
  ],
  [
    `nextstrain remote download ${group}/narratives/winter/story`,
    `Downloading ${group}/narratives/winter/story as ${story}\n`,
  ],
  ["mkdir -p all", ""],
  [
    `nextstrain remote download --recursively ${group} all`,
    expect.stringContaining(`Downloading ${group}/winter/2025-01 as all/winter_2025-01.json\n`),
    async () => {
      const all = await readdir(join(alice.folder, "all"));
      expect(all).toEqual(expect.arrayContaining([...files, "lakeside_2024.json"]));
      for (const name of [main, measurements]) {
        const [here, there] = [name, join("all", name)].map((path) => readFile(join(alice.folder, path)));
        expect(await there).toEqual(await here);
      }
    },
  ],
  [`nextstrain remote delete ${group}/winter/2025-01`, `Deleting ${group}/winter/2025-01\n`],
  [
    `nextstrain remote delete --recursively --dry-run ${group}/winter`,
    `DRY RUN │ Deleting ${group}/winter/2025\n`,
    async () =>
      expect((await type(`nextstrain remote ls ${group}/winter`)).output).toBe(lines(["winter/2025"])),
  ],
  [
    `nextstrain remote delete --recursively ${group}/winter`,
    `Deleting ${group}/winter/2025\n`,
    async () => expect((await type(`nextstrain remote ls ${group}/winter`)).output).toBe(""),
  ],
  [
    `nextstrain authorization ${server}`,
    expect.stringMatching(/^Authorization: Bearer \S+\n$/),
    async () => {
      const [, Authorization = ""] = (await type(`nextstrain authorization ${server}`)).output
        .trim()
        .split(": ");
      const path = "/groups/demo-private/lakeside/2024";
      const answer = await ask(site.server.http, {
        path,
        headers: { Accept: "application/json", Authorization },
      });
      expect(answer.status).toBe(200);
    },
  ],
  [
    `nextstrain logout ${server}`,
    "",
    async () =>
      expect((await type(`nextstrain whoami ${server}`)).errors).toBe(`Error: Not logged in to ${server}.\n`),
  ],
];

/** On the terminal's other channel: no problems, but what became of the tokens. */
const remarks = (line: string): string => {
  if (line.includes(" login ")) return `Credentials for ${server} saved to <secrets>.\n`;
  if (!line.includes(" logout ")) return "";
  return `Credentials for ${server} removed from <secrets>.\nLogged out of ${server}.\n`;
};

describe("the page for users", () => {
  test("has no commands but those below, in this order", () => {
    expect(commands()).toEqual(outcomes.map(([line]) => line));
  });

  test.each(outcomes.map(([line, said, after]) => ({ line, said, after })))("$line", async (outcome) => {
    const { line, said, after } = outcome;
    expect(await type(line)).toEqual({ code: 0, output: said, errors: remarks(line) });
    await after?.();
  });

  test("names the versions that are tried here", async () => {
    const { output } = await alice.nextstrain("--version");
    expect(output.trim()).toBe(`Nextstrain CLI ${pinnedVersions().cli}`);
    expect(site.browser.version().split(".")[0]).toBe(pinnedVersions().chromium);
  });
});
