// The entry point, in JavaScript that old versions of Node can parse, so that they can report that they are too old.
// Node runs the rest as TypeScript.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Fixes glibc's thresholds at their defaults. Left to itself, glibc raises them up to 32 MB and keeps freed memory
 * below: with 500 stalled downloads the process had 555 MB instead of 405. Lower thresholds halve the speed of downloads
 * (`npm run bench pressure`, `transfers`).
 */
const allocation = { MALLOC_MMAP_THRESHOLD_: "131072", MALLOC_TRIM_THRESHOLD_: "131072" };

const minVersion = 24;
const version = process.versions.node;

if (Number.parseInt(version, 10) < minVersion) {
  process.stderr.write(
    `This server needs Node ${minVersion} or newer, and this is Node ${version}.\n` +
      "Start it with npm start after npm ci, which brings the right Node along, or install Node from nodejs.org.\n",
  );
  process.exitCode = 1;
} else if (await takeEnvFiles()) {
  await startWith([
    // V8's defaults on a machine with some gigabytes allow 134 MB of young objects, and an old generation of four times
    // the live size. These keep a busy server below 200 MB (test/bench/whoami).
    "--min-semi-space-size=4",
    "--max-semi-space-size=4",
    "--heap-growing-percent=125",
    // For the forced collections of event-loop-yields.ts.
    "--expose-gc",
    // The young generation is small: one thread scavenges it faster than several that synchronize.
    "--no-parallel-scavenge",
    // Requests allocate short-lived objects. When headers of the first requests survive a collection, V8 would allocate
    // all later ones in the old generation, and mark that over and over.
    "--no-allocation-site-pretenuring",
  ]);
}

/**
 * Removes `--env-file <path>` from the arguments and loads its variables, so that a command runs with the server's own
 * settings. They override the environment; of several files the last one counts.
 */
async function takeEnvFiles() {
  const { parseEnv } = await import("node:util");
  const named = /^--env-file(?:=(.*))?$/s;
  for (let at = 2; at < process.argv.length; ) {
    const found = named.exec(process.argv[at] ?? "");
    if (!found) {
      at += 1;
      continue;
    }
    const path = found[1] ?? process.argv[at + 1] ?? "";
    process.argv.splice(at, found[1] === undefined ? 2 : 1);
    try {
      Object.assign(process.env, parseEnv(readFileSync(path, "utf8")));
    } catch (error) {
      process.stderr.write(`--env-file ${path}: this file cannot be read (${reasonOf(error)}).\n`);
      process.exitCode = 1;
      return false;
    }
  }
  return true;
}

/** @param {unknown} error */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? error.code : error.name;
}

/**
 * V8's flags have to be set at Node's start, so the process replaces itself by Node with these flags, where it can.
 * Without them the server has 344 MB after the load of `npm run bench whoami`, and 172 to 183 MB with them.
 * @param {string[]} flags
 */
async function startWith(flags) {
  /** @param {string} name */
  const has = (name) =>
    [...process.execArgv, process.env.NODE_OPTIONS ?? ""].some((one) => one.includes(name));
  if (process.execve && !process.channel && !has("semi-space-size")) {
    const { execPath, execArgv, argv, env } = process;
    process.execve(execPath, [execPath, ...flags, ...execArgv, ...argv.slice(1)], { ...allocation, ...env });
  }
  await start();
}

async function start() {
  // All files are private to this user, those of our adapters and Node's compile cache.
  process.umask(0o077);
  const { enableCompileCache, flushCompileCache } = await import("node:module");
  // The compile cache halves the start. It is in a folder that only this user may write, if that exists.
  const data = process.env.DATA_DIR || fileURLToPath(new URL("data", import.meta.url));
  if (existsSync(data)) enableCompileCache(join(data, "compiled"));
  const { main } = await import("./src/app/runtime/main.ts");
  await main(process.argv.slice(2));
  flushCompileCache();
}
