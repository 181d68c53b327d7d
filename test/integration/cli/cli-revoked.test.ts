import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CliSite } from "../../support/cli/cli-site.ts";
import { openCliSite } from "../../support/cli/cli-site.ts";
import type { CommandLine } from "../../support/cli/command-line.ts";
import { setNotBefore } from "../../support/sessions/set-not-before.ts";

const content = JSON.stringify({ version: "v2", meta: { title: "Of an editor" }, tree: { name: "root" } });

let site: CliSite;
let erin: CommandLine;

beforeAll(async () => {
  site = await openCliSite();
  erin = await site.of("erin");
  await writeFile(join(erin.folder, "mine.json"), content);
});
afterAll(() => site?.close());

const upload = (name = "mine") =>
  erin.nextstrain("remote", "upload", `${site.origin}/groups/demo-private/${name}`, "mine.json");

test("a role that was taken away a moment ago is told as such, by a renewal and then for good (CLI-19 to CLI-22)", async () => {
  expect(await upload()).toMatchObject({ code: 0, errors: "" });
  await site.restart({ erin: "viewers" });
  await setNotBefore(site.server.data, "erin");
  const outOfDate =
    "Error: Login credentials appear to be out of date. Please run " +
    `nextstrain login --renew ${site.origin} and then retry your command.`;
  await expect.poll(async () => (await upload("other")).text, { timeout: 20_000 }).toContain(outOfDate);
  const listed = await erin.nextstrain("remote", "ls", `${site.origin}/groups/demo-private`);
  expect([listed.code, listed.text.trim()]).toEqual([1, outOfDate]);

  // A token of the second in which the mark was made is too old still.
  await expect
    .poll(async () => {
      expect((await erin.nextstrain("login", "--renew", site.origin)).code).toBe(0);
      return (await erin.nextstrain("remote", "ls", `${site.origin}/groups/demo-private`)).code;
    })
    .toBe(0);
  const whoami = await erin.nextstrain("whoami", site.origin);
  expect(whoami.output).toContain("groups: \n  - demo-private/viewers\n  - demo/viewers\n");
  const refused = await upload("other");
  expect([refused.code, refused.text]).toEqual([
    1,
    expect.stringContaining("Permission denied. Are you logged in as the correct user? Current user: erin"),
  ]);
});
