/**
 * 500 uploads that stop in the middle and 500 downloads that nobody reads, from as many people and addresses, who
 * come back when they are refused; meanwhile 50 people who use the server as one does: how long their answers take,
 * whether `/readyz` stays 200, and the server's memory. What is promised of answers holds once all of the others have
 * begun, which takes them ten seconds and the machine all that it has; those seconds are printed apart.
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
import type { Stalled } from "./load/stalled-clients.ts";

const seconds = Number(process.argv[2] ?? 90);
const [stalledOfEach, honest] = [500, 50];
const bounds = { residentMegabytes: 400, answerMs: 250 };
/** Between an answer and the next thing that somebody does. */
const thinkingMs = 1000;
/** In which the others begin (`stalled-clients.ts`), and their first bytes have passed. */
const beginningMs = 15_000;

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

const stalledClients = async (site: GroupsSite): Promise<Stalled> => ({
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

interface Visit {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const visits = (site: GroupsSite): readonly Visit[] => {
  const { anonymous, cookie } = site.headers;
  return [
    { path: "/whoami", headers: { ...cookie, Accept: "application/json" } },
    { path: "/groups/blab/usual", headers: { ...anonymous, Accept: dataset, "Accept-Encoding": "gzip" } },
    { path: "/groups", headers: { ...anonymous, Accept: "text/html" } },
    { path: "/groups/blab", headers: { ...cookie, Accept: "text/html" } },
  ];
};

interface Seen {
  readonly times: number[];
  readonly refused: Map<string, number>;
}

/** What was seen while the others began, and after that. */
interface Phases {
  readonly beginning: Seen;
  readonly steady: Seen;
}

const phases = (): Phases => ({
  beginning: { times: [], refused: new Map() },
  steady: { times: [], refused: new Map() },
});

/** Asks for one thing after the other, with pauses, until the time is over. */
const person = async (site: GroupsSite, asked: readonly Visit[], index: number, end: number, all: Phases) => {
  const settled = Date.now() + beginningMs;
  await pause((thinkingMs / honest) * index);
  for (let turn = index; Date.now() < end; turn += 1) {
    const { path, headers } = asked[turn % asked.length] ?? { path: "/", headers: {} };
    const seen = Date.now() < settled ? all.beginning : all.steady;
    const began = performance.now();
    const question = { path, headers: { ...headers, ...from(3, index) } };
    const status = await ask(`http://127.0.0.1:${site.port}`, question).then(
      (answer) => answer.status,
      () => "no answer",
    );
    seen.times.push(performance.now() - began);
    if (status !== 200) {
      const what = `${path}: ${status}`;
      seen.refused.set(what, (seen.refused.get(what) ?? 0) + 1);
    }
    await pause(thinkingMs);
  }
};

const report = (when: string, people: Seen, probes: Seen): void => {
  const ms = (part: number) => quantile(people.times, part).toFixed(0);
  console.log(
    `${when}: ${people.times.length} answers: median ${ms(0.5)} ms, 99 % ${ms(0.99)} ms, longest ${ms(1)} ms`,
  );
  for (const [what, times] of [...people.refused, ...probes.refused])
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
  const end = Date.now() + beginningMs + seconds * 1000;
  const people = phases();
  const probes = phases();
  const ready = [{ path: "/readyz", headers: site.headers.anonymous }];
  await Promise.all([
    person(site, ready, 0, end, probes),
    ...range(honest).map((index) => person(site, visits(site), index, end, people)),
  ]).finally(() => stalled.stop());
  report("while the others begin", people.beginning, probes.beginning);
  report("then", people.steady, probes.steady);
  const count = (all: Seen) => [...all.refused.values()].reduce((sum, times) => sum + times, 0);
  limits.atMost("99 % of the answers", quantile(people.steady.times, 0.99), bounds.answerMs, "ms");
  limits.atMost("answers that were not 200", count(people.steady), 0, "");
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
