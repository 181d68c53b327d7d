/** Measures the size of `node_modules` after `npm ci --omit=dev`, as in a deployment. */
import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const limitMegabytes = 150;

const codebase = fileURLToPath(new URL("../../", import.meta.url));

/** The files that the installation reads: the package lists, and the script that installs Auspice's client. */
const installationFiles = ["package.json", "package-lock.json", "src/adapters/auspice"];

/** Disk usage, like `du`. */
const megabytesBelow = async (folder: string): Promise<number> => {
  let blocks = 0;
  for (const entry of await readdir(folder, { recursive: true })) {
    // Links in .bin may point to packages that are not installed.
    blocks += await stat(join(folder, entry)).then(
      (found) => found.blocks,
      () => 0,
    );
  }
  return (blocks * 512) / 1e6;
};

const folder = await mkdtemp(join(tmpdir(), "size-bench-"));
try {
  for (const path of installationFiles) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await cp(join(codebase, path), join(folder, path), { recursive: true });
  }
  const npm = spawnSync("npm", ["ci", "--omit=dev", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (npm.status !== 0) throw new Error("npm ci --omit=dev failed.");
  const megabytes = await megabytesBelow(join(folder, "node_modules"));
  const verdict = megabytes <= limitMegabytes ? "kept" : "BROKEN";
  process.stdout.write(
    `node_modules after npm ci --omit=dev: ${megabytes.toFixed(1)} MB (limit ${limitMegabytes} MB: ${verdict})\n`,
  );
  process.exitCode = megabytes <= limitMegabytes ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
