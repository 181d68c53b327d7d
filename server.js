// The entry point, in JavaScript that old versions of Node can parse, so that they can report that they are too old.
// Node runs the rest as TypeScript.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * glibc moves its bound for what goes back to the system at once up to 32 MB, and keeps what is freed below it: 500
 * readers who do not read made 555 MB of what is 405 with the bounds that it begins with. Lower ones cost downloads
 * half their speed (`npm run bench pressure`, `transfers`).
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
    // Left to itself V8 lets young objects have 134 MB, and the old ones four times what is in use, on any
    // machine with some gigabytes. These keep a busy server below 200 MB (test/bench/whoami).
    "--min-semi-space-size=4",
    "--max-semi-space-size=4",
    "--heap-growing-percent=125",
    // For fair-share.ts.
    "--expose-gc",
    // Young objects are few: threads that wait for each other take longer over them than one does.
    "--no-parallel-scavenge",
    // What a request makes is short-lived. V8 otherwise takes headers of the first requests, which outlive a
    // collection, for long-lived ones, puts all later ones among the old objects, and marks those over and over.
    "--no-allocation-site-pretenuring",
  ]);
}

/**
 * Takes `--env-file <path>` from the arguments and its variables into the environment, so that a command runs with
 * the server's own settings. They count more than what the shell happens to have; of several files the last does.
 */
async function takeEnvFiles() {
  const { parseEnv } = await import("node:util");
  const named = /^--env-file(?:=(.*))?$/s;
  for (let at = 2; at < process.argv.length; ) {
    const found = named.exec(process.argv[at]);
    if (!found) {
      at += 1;
      continue;
    }
    const path = found[1] ?? process.argv[at + 1] ?? "";
    process.argv.splice(at, found[1] === undefined ? 2 : 1);
    try {
      Object.assign(process.env, parseEnv(readFileSync(path, "utf8")));
    } catch (error) {
      process.stderr.write(`--env-file ${path}: this file cannot be read (${error.code ?? error.name}).\n`);
      process.exitCode = 1;
      return false;
    }
  }
  return true;
}

/** Node takes V8's flags when it begins only; so it begins anew with them, as the same process, where it can. */
async function startWith(flags) {
  const has = (name) =>
    [...process.execArgv, process.env.NODE_OPTIONS ?? ""].some((one) => one.includes(name));
  if (process.execve && !process.channel && !has("semi-space-size")) {
    const { execPath, execArgv, argv, env } = process;
    process.execve(execPath, [execPath, ...flags, ...execArgv, ...argv.slice(1)], { ...allocation, ...env });
  }
  await start();
}

async function start() {
  // What is written is nobody else's, whoever writes it: our adapters, or Node its compiled code.
  process.umask(0o077);
  const { enableCompileCache, flushCompileCache } = await import("node:module");
  // Compiled code saves half of a start. It is kept where only we may write, and never makes the folder.
  const data = process.env.DATA_DIR || fileURLToPath(new URL("data", import.meta.url));
  if (existsSync(data)) enableCompileCache(join(data, "compiled"));
  const { main } = await import("./src/app/runtime/main.ts");
  await main(process.argv.slice(2));
  flushCompileCache();
}
