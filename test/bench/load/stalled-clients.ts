import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

/**
 * A program with stalled transfers: uploads that stop after some megabytes, and downloads that are not read. A transfer
 * that is refused or aborted is retried after some ten seconds. Its argument is a file with {@link StalledClients} as
 * JSON; it ends with SIGTERM.
 */
export interface StalledClients {
  readonly port: number;
  readonly upload: string;
  readonly download: string;
  /** The headers of each client. */
  readonly uploaders: readonly Readonly<Record<string, string>>[];
  readonly readers: readonly Readonly<Record<string, string>>[];
  /** What an upload sends before it stalls. */
  readonly bytes: number;
}

const send = (port: number, method: string, path: string, headers: Readonly<Record<string, string>>) => {
  // On a connection of its own; errors are expected, and followed by a retry.
  const sent = request({ agent: false, host: "127.0.0.1", port, method, path, headers });
  sent.on("error", () => undefined);
  return sent;
};

const stalledUpload = async (
  { port, upload, bytes }: StalledClients,
  headers: Readonly<Record<string, string>>,
) => {
  const sent = send(port, "PUT", upload, headers);
  sent.on("response", (answer) => answer.resume().once("end", () => sent.destroy()));
  // The beginning of a valid dataset, which hardly compresses.
  const chunk = randomBytes(32_768).toString("hex");
  sent.write('{"version":"v2","meta":{},"tree":{"name":"');
  const closed = once(sent, "close");
  for (let done = 0; done < bytes && !sent.destroyed; done += chunk.length) {
    if (!sent.write(chunk)) await Promise.race([once(sent, "drain"), closed]).catch(() => undefined);
  }
  await closed;
};

const stalledDownload = async (
  { port, download }: StalledClients,
  headers: Readonly<Record<string, string>>,
) => {
  const sent = send(port, "GET", download, headers);
  sent.on("response", (answer) => {
    if (answer.statusCode === 200) answer.pause();
    else answer.resume().once("end", () => sent.destroy());
  });
  sent.end();
  await once(sent, "close");
};

/** In milliseconds. The starts of the clients are spread over this time, and retries are delayed by about as much. */
const rampUp = 10_000;

const repeat = async (work: () => Promise<void>): Promise<never> => {
  await pause(Math.random() * rampUp);
  for (;;) {
    await work().catch(() => undefined);
    await pause((0.5 + Math.random()) * rampUp);
  }
};

const [, , argument] = process.argv;
if (argument !== undefined) {
  const clients = JSON.parse(readFileSync(argument, "utf8")) as StalledClients;
  process.once("SIGTERM", () => process.exit(0));
  for (const headers of clients.uploaders) void repeat(() => stalledUpload(clients, headers));
  for (const headers of clients.readers) void repeat(() => stalledDownload(clients, headers));
  process.stdout.write("stalling\n");
}
