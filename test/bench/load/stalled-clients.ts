import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

/**
 * A program that begins transfers and goes no further, until it is told to end: uploads that stop after some
 * megabytes, and downloads that nobody reads. Whoever is refused or cut off tries again after some ten seconds. Its
 * argument is a file that holds {@link Stalled} as JSON.
 */
export interface Stalled {
  readonly port: number;
  readonly upload: string;
  readonly download: string;
  /** Of as many clients each; every one has headers of its own. */
  readonly uploaders: readonly Readonly<Record<string, string>>[];
  readonly readers: readonly Readonly<Record<string, string>>[];
  /** That an upload sends before it stops. */
  readonly bytes: number;
}

const begin = (port: number, method: string, path: string, headers: Readonly<Record<string, string>>) => {
  // Of its own connection; nothing that it is told counts as an error here.
  const sent = request({ agent: false, host: "127.0.0.1", port, method, path, headers });
  sent.on("error", () => undefined);
  return sent;
};

const stalledUpload = async ({ port, upload, bytes }: Stalled, headers: Readonly<Record<string, string>>) => {
  const sent = begin(port, "PUT", upload, headers);
  sent.on("response", (answer) => answer.resume().once("end", () => sent.destroy()));
  // Valid as far as it goes, and hardly to be compressed.
  const piece = randomBytes(32_768).toString("hex");
  sent.write('{"version":"v2","meta":{},"tree":{"name":"');
  const closed = once(sent, "close");
  for (let done = 0; done < bytes && !sent.destroyed; done += piece.length) {
    if (!sent.write(piece)) await Promise.race([once(sent, "drain"), closed]).catch(() => undefined);
  }
  await closed;
};

const unreadDownload = async ({ port, download }: Stalled, headers: Readonly<Record<string, string>>) => {
  const sent = begin(port, "GET", download, headers);
  sent.on("response", (answer) => {
    if (answer.statusCode === 200) answer.pause();
    else answer.resume().once("end", () => sent.destroy());
  });
  sent.end();
  await once(sent, "close");
};

/** In milliseconds: over this time they begin, and for about as long each waits before it tries again. */
const spread = 10_000;

const forEver = async (work: () => Promise<void>): Promise<never> => {
  await pause(Math.random() * spread);
  for (;;) {
    await work().catch(() => undefined);
    await pause((0.5 + Math.random()) * spread);
  }
};

const [, , argument] = process.argv;
if (argument !== undefined) {
  const stalled = JSON.parse(readFileSync(argument, "utf8")) as Stalled;
  process.once("SIGTERM", () => process.exit(0));
  for (const headers of stalled.uploaders) void forEver(() => stalledUpload(stalled, headers));
  for (const headers of stalled.readers) void forEver(() => unreadDownload(stalled, headers));
  process.stdout.write("stalling\n");
}
