/**
 * Measures the throughput of the upload check beside that of gunzip alone, for compressed and for plain uploads, and
 * the peak of resident memory. On a busy machine compare the CPU time (of all threads). Usage: node
 * test/bench/upload-check.ts [megabytes] [seed]
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGunzip, createGzip, gzipSync } from "node:zlib";
import { contentCheck } from "../../src/adapters/content/content-check.ts";
import { openFrontMatter } from "../../src/adapters/content/front-matter/front-matter.ts";
import { seededNumbers } from "../../src/app/sample/random-numbers.ts";

const megabytes = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? 1);

/** A node as in Auspice's trees: short names, numbers, mutations. */
const node = (random: () => number, index: number): string =>
  JSON.stringify({
    name: `strain/${Math.floor(random() * 1e9).toString(36)}/2024`,
    node_attrs: {
      div: random() * 30,
      num_date: { value: 2020 + random() * 5, confidence: [2020 + random(), 2024 + random()] },
      country: {
        value: ["Côte d’Ivoire", "New Zealand", "Brazil"][index % 3],
        confidence: { Brazil: random() },
      },
    },
    branch_attrs: {
      mutations: { nuc: Array.from({ length: 4 }, () => `A${Math.floor(random() * 29_000)}T`) },
    },
  });

/** A dataset, in chunks of about 64 kB. */
const dataset = function* (bytes: number): Generator<Buffer> {
  const random = seededNumbers(seed).uniform;
  yield Buffer.from('{"version":"v2","meta":{"updated":"2024-01-01"},"tree":{"name":"root","children":[');
  let index = 0;
  for (let sent = 0; sent < bytes; ) {
    const nodes: string[] = [];
    for (let size = 0; size < 65_536; ) {
      const text = node(random, index++);
      nodes.push(text);
      size += text.length;
    }
    const chunk = Buffer.from((sent > 0 ? "," : "") + nodes.join(","));
    sent += chunk.length;
    yield chunk;
  }
  yield Buffer.from("]}}");
};

const sizeOf = (chunks: Iterable<Uint8Array>) => [...chunks].reduce((sum, chunk) => sum + chunk.length, 0);

/** Starts to monitor the peak of resident bytes, and the longest time for which the event loop was blocked, in ms. */
const monitor = () => {
  let resident = 0;
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    resident = Math.max(resident, process.memoryUsage.rss());
    longest = Math.max(longest, performance.now() - last - 2);
    last = performance.now();
  }, 2);
  return () => {
    clearInterval(timer);
    return { resident, longest };
  };
};

const measure = async (what: string, bytes: number, run: () => Promise<unknown>) => {
  const stop = monitor();
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  await run();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpuStart);
  const { resident, longest } = stop();
  console.log(
    `${what.padEnd(44)} ${(bytes / 1e6 / seconds).toFixed(0).padStart(5)} MB/s, ` +
      `${((user + system) / 1000 / (bytes / 1e6)).toFixed(1)} ms of CPU for each MB, ` +
      `${(resident / 1e6).toFixed(0)} MB resident, loop held for ${longest.toFixed(1)} ms at most`,
  );
};

const signal = new AbortController().signal;
const check = contentCheck({ maxUploadBytes: 10e9, frontMatter: openFrontMatter() });
const through = async (encoding: "gzip" | "identity", body: Iterable<Uint8Array>) => {
  const stored = check.check(
    { kind: "dataset", file: "main" },
    { encoding, body: Readable.from(body) },
    signal,
  );
  let size = 0;
  for await (const chunk of stored) size += chunk.length;
  return size;
};
/** Splits a buffer into chunks of a socket's size, since `Readable.from` makes one chunk of it. */
const split = function* (whole: Buffer): Generator<Buffer> {
  for (let at = 0; at < whole.length; at += 65_536) yield whole.subarray(at, at + 65_536);
};

// Held in memory, so that its generation is not measured; the resident memory includes it.
const compressed: Buffer[] = [];
await pipeline(Readable.from(dataset(megabytes * 1e6)), createGzip({ level: 1 }), async (output) => {
  for await (const chunk of output) compressed.push(chunk);
});
const gz = Buffer.concat(compressed);
compressed.length = 0;
const plain = [...dataset(Math.min(megabytes, 50) * 1e6)];
const plainBytes = sizeOf(plain);
console.log(`${megabytes} MB of JSON, ${(gz.length / 1e6).toFixed(0)} MB as gzip, seed ${seed}`);

await measure("gunzip alone", megabytes * 1e6, () =>
  pipeline(Readable.from(split(gz)), createGunzip({ chunkSize: 65_536 }), async (output) => {
    for await (const _ of output);
  }),
);
await measure("gunzip and check", megabytes * 1e6, () => through("gzip", split(gz)));
await measure("gunzip and check, pieces of 16 MiB", megabytes * 1e6, () =>
  through(
    "gzip",
    Array.from({ length: Math.ceil(gz.length / 2 ** 24) }, (_, i) =>
      gz.subarray(i * 2 ** 24, (i + 1) * 2 ** 24),
    ),
  ),
);
await measure("check and gzip (arrives plain, 50 MB)", plainBytes, () => through("identity", plain));
for (const level of [1, 4, 6]) {
  const size = gzipSync(plain[1] ?? "", { level, strategy: constants.Z_DEFAULT_STRATEGY }).length;
  await measure(
    `gzip alone, level ${level}, to ${((100 * size) / (plain[1]?.length ?? 1)).toFixed(1)} %`,
    plainBytes,
    () =>
      pipeline(Readable.from(plain), createGzip({ level, chunkSize: 65_536 }), async (output) => {
        for await (const _ of output);
      }),
  );
}
