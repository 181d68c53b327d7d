/**
 * Compares the server's memory after 20 000 requests, a tenth of which are aborted transfers, with that after the first
 * 2000. Usage: node test/bench/soak.ts [requests]
 */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ask } from "../support/requests/http.ts";
import { dataset } from "../support/requests/transfer.ts";
import { writeDataset } from "./load/dataset-file.ts";
import type { GroupsSite } from "./load/groups-site.ts";
import { startSite } from "./load/groups-site.ts";
import { limits } from "./load/limits.ts";
import type { Mix, MixResult } from "./load/mixed-load.ts";

const requests = Number(process.argv[2] ?? 20_000);
const warmUpRequests = requests / 10;
const abortEvery = 10;
const maxGrowth = 1.1;

/** Aborted transfers have ended by then, at the store too. */
const settleMs = 5000;

const program = fileURLToPath(new URL("./load/mixed-load.ts", import.meta.url));
const json = { Accept: "application/json" };

const put = async (site: GroupsSite, path: string, body: Buffer): Promise<void> => {
  const headers = { ...site.headers.bearer, "Content-Type": dataset, "Content-Encoding": "gzip" };
  const { status } = await ask(`http://127.0.0.1:${site.port}`, { method: "PUT", path, headers, body });
  if (status !== 204) throw new Error(`The upload was answered ${status}.`);
};

const mixFor = async (site: GroupsSite): Promise<Omit<Mix, "requests">> => {
  const { anonymous, bearer, cookie } = site.headers;
  const [small, large] = [join(site.folder, "small.gz"), join(site.folder, "large.gz")];
  await writeDataset(small, 1000, 0);
  await writeDataset(large, 40e6, 0);
  await put(site, "/groups/blab/small", await readFile(small));
  const whole = await readFile(large);
  await put(site, "/groups/blab/large", whole);
  const data = { Accept: dataset };
  const compressed = { ...data, "Accept-Encoding": "gzip" };
  return {
    port: site.port,
    abortEvery,
    concurrency: 8,
    targets: [
      { path: "/whoami", headers: { ...cookie, ...json } },
      { path: "/groups/blab/small", headers: { ...anonymous, ...compressed } },
      { path: "/whoami", headers: { ...bearer, ...json } },
      { path: "/groups/blab/small", headers: { ...cookie, ...data } },
      { path: "/groups", headers: { ...anonymous, Accept: "text/html" } },
      { path: "/whoami", headers: { ...anonymous, ...json } },
      { path: "/charon/getAvailable?prefix=groups/blab", headers: bearer },
    ],
    download: { path: "/groups/blab/large", headers: { ...bearer, ...compressed } },
    upload: {
      path: "/groups/blab/broken",
      headers: { ...bearer, "Content-Type": dataset, "Content-Encoding": "gzip" },
    },
    partialBody: whole.subarray(0, 500_000).toString("base64"),
  };
};

const site = await startSite();
try {
  const mix = await mixFor(site);
  const send = async (count: number): Promise<MixResult> => {
    const path = join(site.folder, "mix.json");
    await writeFile(path, JSON.stringify({ ...mix, requests: count }));
    const { stdout } = await promisify(execFile)(process.execPath, [program, path]);
    await pause(settleMs);
    return JSON.parse(stdout) as MixResult;
  };
  const megabytes = async () => (await site.server.residentMemory()) / 1e6;
  console.log(`at the start: ${(await megabytes()).toFixed(0)} MB resident`);
  const early = await send(warmUpRequests);
  const before = await megabytes();
  console.log(`after ${early.requests} requests, ${early.aborted} broken off: ${before.toFixed(0)} MB`);
  const late = await send(requests - warmUpRequests);
  const [count, aborted] = [early.requests + late.requests, early.aborted + late.aborted];
  limits.atMost(
    `after ${count} requests, ${aborted} broken off`,
    await megabytes(),
    before * maxGrowth,
    "MB",
  );
} finally {
  await site.close();
}
