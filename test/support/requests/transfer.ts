import { createHash } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import { createGzip } from "node:zlib";

/** A client with keep-alive connections, as the Nextstrain CLI has them, which streams its transfers. */
export interface TransferClient {
  /** Uploads gzip of unknown length, and returns the status. */
  upload(path: string, pieces: AsyncIterable<Uint8Array>): Promise<number>;
  /** Downloads gzip, and discards what it reads. */
  download(
    path: string,
  ): Promise<{ readonly status: number; readonly bytes: number; readonly sha256: string }>;
  close(): void;
}

export const dataset = "application/vnd.nextstrain.dataset.main+json";

const idleMs = 60_000;

/** @param name The server's host name, if the URL has another address. */
export const transferClient = (
  origin: string,
  ca: string,
  authorization: string,
  name = new URL(origin).host,
): TransferClient => {
  // This timeout differs from the requests' own: with the same value, Node would leave a reused connection its idle
  // timeout, 4 s here; and without one, it would reuse connections that the proxy is closing.
  const agent = new Agent({ keepAlive: true, ca, maxSockets: 32, timeout: 2 * idleMs });
  const begin = (method: string, path: string, headers: Readonly<Record<string, string>>) => {
    const { hostname, port } = new URL(origin);
    const all = { Host: name, Authorization: authorization, ...headers };
    const sent = request({ agent, hostname, port, method, path, headers: all, timeout: idleMs });
    sent.on("timeout", () => sent.destroy(new Error(`${method} ${path} stands still`)));
    const answered = once(sent, "response").then(([answer]) => answer as IncomingMessage);
    return { sent, answered };
  };
  return {
    upload: async (path, pieces) => {
      const headers = { "Content-Type": dataset, "Content-Encoding": "gzip" };
      const { sent, answered } = begin("PUT", path, headers);
      const [answer] = await Promise.all([answered, pipeline(Readable.from(pieces), sent)]);
      answer.resume();
      await once(answer, "end");
      return answer.statusCode ?? 0;
    },
    download: async (path) => {
      const { sent, answered } = begin("GET", path, { Accept: dataset, "Accept-Encoding": "gzip" });
      sent.end();
      const answer = await answered;
      const hash = createHash("sha256");
      let bytes = 0;
      for await (const chunk of answer) {
        hash.update(chunk as Uint8Array);
        bytes += (chunk as Uint8Array).length;
      }
      return { status: answer.statusCode ?? 0, bytes, sha256: hash.digest("hex") };
    },
    close: () => agent.destroy(),
  };
};

const megabyte = 1_000_000;

const node = (index: number): string =>
  `{"name":"NODE_${String(index).padStart(7, "0")}","node_attrs":{"div":0.${index}}}`;

const datasetText = function* (megabytes: number): Generator<string> {
  const nodes = Array.from({ length: 17_000 }, (_, index) => node(index)).join(",\n");
  const middle = `${nodes},\n`.padEnd(megabyte, " ");
  yield '{"meta":{},"tree":{"name":"root","children":[';
  for (let sent = 0; sent < megabytes; sent++) yield middle;
  yield `${node(0)}]}}`;
};

/** A dataset of so many megabytes of gzip, stored without compression, which saves time. */
export const datasetPieces = (megabytes: number): Readable =>
  Readable.from(datasetText(megabytes)).compose(
    createGzip({ level: 0, chunkSize: 262_144 }),
  ) as unknown as Readable;

/** The same content, spread over this time. */
export const slowly = async function* (pieces: AsyncIterable<Buffer>, ms: number): AsyncGenerator<Buffer> {
  const all = await Array.fromAsync(pieces);
  for (const piece of all) {
    await pause(ms / all.length);
    yield piece;
  }
};

/** Passes chunks through, and computes their digest. */
export const digested = (pieces: AsyncIterable<Buffer>) => {
  const hash = createHash("sha256");
  let bytes = 0;
  const passed = async function* () {
    for await (const piece of pieces) {
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
  };
  return { pieces: passed(), digest: () => ({ bytes, sha256: hash.digest("hex") }) };
};
