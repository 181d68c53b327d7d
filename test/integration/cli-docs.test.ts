import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { simulateOutbreak } from "../../src/app/sample/outbreak.ts";
import type { CliSite } from "../support/cli-site.ts";
import { openCliSite } from "../support/cli-site.ts";

let site: CliSite;

beforeAll(async () => {
  site = await openCliSite();
});
afterAll(() => site?.close());

/** The lines of a page that people are to type, in their order. */
const commands = (page: string): string[] =>
  Array.from(page.matchAll(/^```sh\n(.*?)^```$/gms), ([, lines = ""]) => lines.trim().split("\n")).flat();

test("every command of the page for users does what the page says, in its order", async () => {
  const page = await readFile(new URL("../../docs/using.md", import.meta.url), "utf8");
  const lines = commands(page);
  expect(lines.length).toBeGreaterThan(15);
  const alice = await site.of("alice");
  const { files } = simulateOutbreak(42);
  await writeFile(join(alice.folder, "winter_2025.json"), files.get("main") ?? "");
  await writeFile(join(alice.folder, "winter_2025_measurements.json"), files.get("measurements") ?? "");
  await writeFile(
    join(alice.folder, "winter_story.md"),
    '---\ntitle: Winter\ndataset: "https://example.org/"\n---\n',
  );
  for (const line of lines) {
    const [program, ...words] = line
      .replaceAll("https://groups.example.org", site.origin)
      .replaceAll("our-lab", "demo-private")
      .split(" ");
    if (program === "mkdir") {
      await mkdir(join(alice.folder, words.at(-1) ?? ""));
      continue;
    }
    expect(program).toBe("nextstrain");
    const ran = await alice.nextstrain(...words);
    expect(ran, line).toMatchObject({ code: 0, errors: line.includes(" logout ") ? expect.anything() : "" });
    expect(ran.told.trim(), line).not.toBe("");
  }
});
