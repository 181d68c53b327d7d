/**
 * Measures response times of 50 active users, whether `/readyz` stays 200, and the server's memory, under 500 stalled
 * uploads and 500 stalled downloads, each by another user and address, which are retried when they are refused. The
 * limits hold for the steady state; the ramp-up of the stalled clients, which takes all of the machine's CPU, is
 * reported separately.
 * Usage: node test/bench/pressure.ts [seconds]
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ask } from "../support/requests/http.ts";
import { dataset } from "../support/requests/transfer.ts";
import { writeDataset } from "./load/dataset-file.ts";
import type { GroupsSite } from "./load/groups-site.ts";
import { startSite } from "./load/groups-site.ts";
import { limits, quantile } from "./load/limits.ts";
import { startProcess } from "./load/measured-process.ts";
import type { StalledClients } from "./load/stalled-clients.ts";

const seconds = Number(process.argv[2] ?? 90);
const [stalledOfEach, activeUsers] = [500, 50];
const bounds = { residentMegabytes: 400, answerMs: 250 };
/** Think time between a response and the user's next request. */
const thinkTimeMs = 1000;
/** The stalled clients have started by then (`stalled-clients.ts`), and have sent or received their first bytes. */
const rampUpMs = 15_000;

const range = (length: number) => Array.from({ length }, (_, index) => index);
const from = (first: number, index: number) => ({
  "X-Forwarded-For": `10.${first}.${Math.floor(index / 250)}.${(index % 250) + 1}`,
});

const put = async (site: GroupsSite, path: string, bytes: number): Promise<void> => {
  const file = join(site.folder, `${bytes}.gz`);
  await writeDataset(file, bytes, 0);
  const headers = { ...site.headers.bearer, "Content-Type": dataset, "Content-Encoding": "gzip" };
  const body = await readFile(file);
  const { status } = await ask(`http://127.0.0.1:${site.port}`, { method: "PUT", path, headers, body });
  if (status !== 204) throw new Error(`The upload was answered ${status}.`);
};

const stalledClients = async (site: GroupsSite): Promise<StalledClients> => ({
  port: site.port,
  upload: "/groups/blab/stalled",
  download: "/groups/blab/large",
  uploaders: await Promise.all(
    range(stalledOfEach).map(async (index) => ({
      ...(await site.headersOf(`uploader-${index}`)),
      ...from(1, index),
      "Content-Type": dataset,
    })),
  ),
  readers: range(stalledOfEach).map((index) => ({
    ...site.headers.anonymous,
    ...from(2, index),
    Accept: dataset,
  })),
  bytes: 10e6,
});

interface Target {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const userTargets = (site: GroupsSite): readonly Target[] => {
  const { anonymous, cookie } = site.headers;
  return [
    { path: "/whoami", headers: { ...cookie, Accept: "application/json" } },
    { path: "/groups/blab/usual", headers: { ...anonymous, Accept: dataset, "Accept-Encoding": "gzip" } },
    { path: "/groups", headers: { ...anonymous, Accept: "text/html" } },
    { path: "/groups/blab", headers: { ...cookie, Accept: "text/html" } },
  ];
};

interface Results {
  readonly durations: number[];
  /** Number of responses other than 200, by path and status. */
  readonly failures: Map<string, number>;
}

interface Phases {
  readonly rampUp: Results;
  readonly steady: Results;
}

const phases = (): Phases => ({
  rampUp: { durations: [], failures: new Map() },
  steady: { durations: [], failures: new Map() },
});

/** Sends requests to the targets in turn, with think times, until `end`. */
const virtualUser = async (
  site: GroupsSite,
  targets: readonly Target[],
  index: number,
  end: number,
  { rampUp, steady }: Phases,
) => {
  const rampUpEnd = Date.now() + rampUpMs;
  await pause((thinkTimeMs / activeUsers) * index);
  for (let turn = index; Date.now() < end; turn += 1) {
    const { path, headers } = targets[turn % targets.length] ?? { path: "/", headers: {} };
    const results = Date.now() < rampUpEnd ? rampUp : steady;
    const began = performance.now();
    const request = { path, headers: { ...headers, ...from(3, index) } };
    const status = await ask(`http://127.0.0.1:${site.port}`, request).then(
      (answer) => answer.status,
      () => "no answer",
    );
    results.durations.push(performance.now() - began);
    if (status !== 200) {
      const what = `${path}: ${status}`;
      results.failures.set(what, (results.failures.get(what) ?? 0) + 1);
    }
    await pause(thinkTimeMs);
  }
};

const report = (phase: string, users: Results, probes: Results): void => {
  const ms = (part: number) => quantile(users.durations, part).toFixed(0);
  console.log(
    `${phase}: ${users.durations.length} answers: median ${ms(0.5)} ms, 99 % ${ms(0.99)} ms, longest ${ms(1)} ms`,
  );
  for (const [what, times] of [...users.failures, ...probes.failures])
    console.log(`  ${what}, ${times} times`);
};

const site = await startSite();
try {
  await put(site, "/groups/blab/usual", 4e6);
  await put(site, "/groups/blab/large", 60e6);
  const clients = join(site.folder, "stalled.json");
  await writeFile(clients, JSON.stringify(await stalledClients(site)));
  const stalled = await startProcess({
    program: fileURLToPath(new URL("./load/stalled-clients.ts", import.meta.url)),
    args: [clients],
    workingFolder: site.folder,
    outputFile: join(site.folder, "stalled"),
    ready: "stalling",
  });
  const end = Date.now() + rampUpMs + seconds * 1000;
  const users = phases();
  const probes = phases();
  const ready = [{ path: "/readyz", headers: site.headers.anonymous }];
  await Promise.all([
    virtualUser(site, ready, 0, end, probes),
    ...range(activeUsers).map((index) => virtualUser(site, userTargets(site), index, end, users)),
  ]).finally(() => stalled.stop());
  report("ramp-up", users.rampUp, probes.rampUp);
  report("steady state", users.steady, probes.steady);
  const count = ({ failures }: Results) => [...failures.values()].reduce((sum, times) => sum + times, 0);
  limits.atMost("99 % of the answers", quantile(users.steady.durations, 0.99), bounds.answerMs, "ms");
  limits.atMost("answers that were not 200", count(users.steady), 0, "");
  limits.atMost("/readyz not 200", count(probes.steady), 0, "");
  limits.atMost(
    "peak of resident memory",
    (await site.server.peakMemory()) / 1e6,
    bounds.residentMegabytes,
    "MB",
  );
} finally {
  await site.close();
}
