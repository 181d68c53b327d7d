/**
 * Measures the throughput of 4 concurrent uploads of 1 GB of JSON each, of small objects and with one string of 400 MB,
 * and of 16 concurrent downloads of them; meanwhile response times of `/whoami` and the server's memory. Uploads are
 * compared with gunzip alone, downloads with nginx in front of the same MinIO.
 * Usage: node test/bench/transfers.ts [megabytes of each upload]
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ListObjectsV2Command, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { freePort } from "../support/containers/free-port.ts";
import { startNginx } from "../support/containers/nginx.ts";
import { dataset } from "../support/requests/transfer.ts";
import type { DatasetFile } from "./load/dataset-file.ts";
import { writeDataset } from "./load/dataset-file.ts";
import type { GroupsSite } from "./load/groups-site.ts";
import { startSite } from "./load/groups-site.ts";
import { limits, quantile } from "./load/limits.ts";
import { startProcess } from "./load/measured-process.ts";
import type { Probe } from "./load/request-probe.ts";
import type { TransferResult, Transfers } from "./load/transfer-load.ts";

const megabytes = Number(process.argv[2] ?? 1000);
const [uploads, downloads] = [4, 16];
const bounds = { residentMegabytes: 300, answerMs: 100 };
/** Requests per second. */
const probeRate = 20;

const program = (name: string) => fileURLToPath(new URL(`./load/${name}.ts`, import.meta.url));

const transfer = async (transfers: Transfers): Promise<number> => {
  const run = promisify(execFile)(process.execPath, [program("transfer-load"), JSON.stringify(transfers)]);
  return (JSON.parse((await run).stdout) as TransferResult).seconds;
};

/** Runs transfers while `/whoami` is requested at a constant rate, and returns the durations of those requests. */
const withProbe = async (site: GroupsSite, name: string, work: () => Promise<number>) => {
  const json = { Accept: "application/json" };
  const { bearer, cookie } = site.headers;
  const callers = [bearer, cookie].map((headers) => ({ ...headers, ...json }));
  const probe: Probe = { port: site.port, path: "/whoami", callers, rate: probeRate };
  const probing = await startProcess({
    program: program("request-probe"),
    args: [JSON.stringify(probe)],
    workingFolder: site.folder,
    outputFile: join(site.folder, `${name}.probe`),
    ready: "probing",
  });
  const cpuBefore = await site.server.cpu();
  const seconds = await work().finally(() => probing.stop());
  const cpu = (await site.server.cpu()) - cpuBefore;
  const times = JSON.parse(probing.output().split("\n")[1] ?? "[]") as number[];
  return { seconds, cpu, times };
};

const report = async (site: GroupsSite, what: string, times: readonly number[]): Promise<void> => {
  const ms = (part: number) => quantile(times, part).toFixed(0);
  console.log(`  ${times.length} answers to /whoami meanwhile: median ${ms(0.5)} ms, longest ${ms(1)} ms`);
  limits.atMost(`  99 % of them during ${what}`, quantile(times, 0.99), bounds.answerMs, "ms");
  const peak = (await site.server.peakMemory()) / 1e6;
  limits.atMost("  peak of resident memory until now", peak, bounds.residentMegabytes, "MB");
};

const rate = (bytes: number, seconds: number): string => `${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;

const paths = (name: string) =>
  Array.from({ length: uploads }, (_, index) => `/groups/blab/${name}/${index}`);

const measureUploads = async (site: GroupsSite, name: string, file: DatasetFile): Promise<void> => {
  const { path, jsonBytes, compressedBytes } = file;
  const totalBytes = jsonBytes * uploads;
  console.log(
    `${uploads} uploads, ${name}: ${(jsonBytes / 1e6).toFixed(0)} MB each, ${(compressedBytes / 1e6).toFixed(0)} MB as gzip`,
  );
  const gunzip = await transfer({ kind: "gunzip", file: path, times: uploads });
  const headers = { ...site.headers.bearer, "Content-Type": dataset, "Content-Encoding": "gzip" };
  const { seconds, cpu, times } = await withProbe(site, `uploads-${name}`, () =>
    transfer({ kind: "upload", port: site.port, paths: paths(name), headers, file: path }),
  );
  console.log(
    `  ${rate(totalBytes, seconds)} of JSON together, ${cpu.toFixed(1)} s of CPU in ${seconds.toFixed(1)} s`,
  );
  console.log(`  gunzip alone: ${rate(totalBytes, gunzip)}, ${(gunzip / seconds).toFixed(2)} of it kept`);
  await report(site, "uploads", times);
};

/** nginx as a reverse proxy of the bucket, which becomes publicly readable. */
const startBucketProxy = async ({ minio }: GroupsSite) => {
  const anyone = {
    Effect: "Allow",
    Principal: "*",
    Action: "s3:GetObject",
    Resource: `arn:aws:s3:::${minio.bucket}/*`,
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [anyone] });
  await minio.client.send(new PutBucketPolicyCommand({ Bucket: minio.bucket, Policy }));
  const port = await freePort();
  const configuration = `
    worker_processes auto;
    events {}
    http {
      access_log off;
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass ${minio.endpoint}/${minio.bucket}/;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_max_temp_file_size 0;
        }
      }
    }`;
  return { port, container: await startNginx({ configuration, port }) };
};

const measureDownloads = async (site: GroupsSite, name: string, bytes: number): Promise<void> => {
  const all = paths(name);
  const each = <T>(from: readonly T[]): T[] =>
    Array.from({ length: downloads }, (_, index) => from[index % from.length] as T);
  console.log(`${downloads} downloads, ${name}, as gzip`);
  const headers = { ...site.headers.bearer, Accept: dataset, "Accept-Encoding": "gzip" };
  const { seconds, cpu, times } = await withProbe(site, `downloads-${name}`, () =>
    transfer({ kind: "download", port: site.port, paths: each(all), headers, bytes }),
  );
  const { Contents = [] } = await site.minio.client.send(
    new ListObjectsV2Command({ Bucket: site.minio.bucket, Prefix: "blab/" }),
  );
  const keys = Contents.flatMap(({ Key, Size }) =>
    Key?.includes(name) && Size === bytes ? [`/${Key}`] : [],
  );
  const { port, container } = await startBucketProxy(site);
  try {
    const direct = await transfer({
      kind: "download",
      port,
      paths: each(keys),
      headers: { Host: "bucket" },
      bytes,
    });
    console.log(
      `  ${rate(bytes * downloads, seconds)} together, ${cpu.toFixed(1)} s of CPU in ${seconds.toFixed(1)} s`,
    );
    console.log(
      `  nginx before MinIO: ${rate(bytes * downloads, direct)}, ${(direct / seconds).toFixed(2)} of it kept`,
    );
  } finally {
    await container.close();
  }
  await report(site, "downloads", times);
};

const site = await startSite();
try {
  const bytes = megabytes * 1e6;
  const cases = [
    ["objects", await writeDataset(join(site.folder, "objects.gz"), bytes, 0)],
    ["string", await writeDataset(join(site.folder, "string.gz"), bytes, bytes * 0.4)],
  ] as const;
  for (const [name, file] of cases) await measureUploads(site, name, file);
  for (const [name, file] of cases) await measureDownloads(site, name, file.compressedBytes);
} finally {
  await site.close();
}
