/**
 * `npm run bench` runs all benchmarks, `npm run bench start size` those that are named. Each prints its results and
 * limits; the exit code is 1 when a limit is exceeded.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const own = "main.ts";
const folder = new URL("./", import.meta.url);
const all = readdirSync(folder)
  .filter((file) => file.endsWith(".ts") && file !== own)
  .map((file) => file.slice(0, -".ts".length))
  .sort();

const named = process.argv.slice(2);
const unknown = named.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no bench ${unknown.join(", ")}. There are: ${all.join(", ")}.\n`);
  process.exitCode = 1;
} else {
  // Each runs in a process of its own, so that the memory of one does not affect the next.
  for (const name of named.length > 0 ? named : all) {
    process.stdout.write(`\n${name}\n`);
    const run = spawnSync(process.execPath, [fileURLToPath(new URL(`${name}.ts`, folder))], {
      stdio: "inherit",
    });
    if (run.status !== 0) process.exitCode = 1;
  }
}
