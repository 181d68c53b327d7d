/**
 * Measures how long `node server.js` with its embedded provider takes until the first 200 of `/healthz`, on an empty
 * data folder and on a warm one (median of five), and its resident memory then.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePorts } from "../support/server/started-server.ts";

const limits = { warmSeconds: 1, emptySeconds: 3, megabytes: 150 };
const warmStarts = 5;
const timeoutMs = 60_000;

const program = fileURLToPath(new URL("../../server.js", import.meta.url));

const isHealthy = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    get(url, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on("error", () => resolve(false));
  });

const residentMegabytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1000;
};

interface Start {
  readonly seconds: number;
  readonly megabytes: number;
}

const start = async (folder: string): Promise<Start> => {
  const [port = 0] = await freePorts(1);
  const { PATH = "", HOME = "" } = process.env;
  const began = process.hrtime.bigint();
  const child = spawn(process.execPath, [program], {
    cwd: tmpdir(),
    env: { PATH, HOME, PORT: String(port), HTTPS_PORT: "0", DATA_DIR: join(folder, "data") },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(child, "close");
  const elapsed = (): number => Number(process.hrtime.bigint() - began) / 1e9;
  try {
    while (!(await isHealthy(`http://127.0.0.1:${port}/healthz`))) {
      if (child.exitCode !== null || elapsed() > timeoutMs / 1000)
        throw new Error("The server does not start.");
      await pause(5);
    }
    return { seconds: elapsed(), megabytes: await residentMegabytes(child.pid ?? 0) };
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
};

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

const folder = await mkdtemp(join(tmpdir(), "start-bench-"));
let [empty, warm]: [Start | undefined, Start[]] = [undefined, []];
try {
  empty = await start(folder);
  for (let count = 0; count < warmStarts; count++) warm = [...warm, await start(folder)];
} finally {
  await rm(folder, { recursive: true, force: true });
}

const measured: readonly (readonly [string, number, number, string])[] = [
  ["start on an empty data folder", empty.seconds, limits.emptySeconds, "s"],
  [
    "start on a warm data folder, median of five",
    median(warm.map((one) => one.seconds)),
    limits.warmSeconds,
    "s",
  ],
  ["resident memory after the empty start", empty.megabytes, limits.megabytes, "MB"],
  [
    "resident memory after a warm start, highest of five",
    Math.max(...warm.map((one) => one.megabytes)),
    limits.megabytes,
    "MB",
  ],
];
for (const [what, value, limit, unit] of measured) {
  const verdict = value <= limit ? "kept" : "BROKEN";
  process.stdout.write(`${what}: ${value.toFixed(2)} ${unit} (limit ${limit} ${unit}: ${verdict})\n`);
}
process.exitCode = measured.every(([, value, limit]) => value <= limit) ? 0 : 1;
