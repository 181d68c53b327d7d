import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const read = (path: string) => readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");

it("Every event of the log is explained to operators", async () => {
  const [source, guide] = await Promise.all([
    read("src/ports/driven/system/log.ts"),
    read("docs/deployment.md"),
  ]);
  const types = source.matchAll(/readonly event:((?:\s*\|?\s*"[a-z-]+")+)/g);
  const events = [...types].flatMap(([, names = ""]) => names.match(/[a-z-]+/g) ?? []);
  expect(events.length).toBeGreaterThan(20);
  const rows = guide.match(/^\| `[^|]+/gm)?.join("") ?? "";
  expect(events.filter((name) => !rows.includes(`\`${name}\``))).toEqual([]);
});
