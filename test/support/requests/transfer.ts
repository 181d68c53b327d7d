import { createHash } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import { createGzip } from "node:zlib";

/** A client with persistent connections, like the Nextstrain CLI, which streams its transfers. */
export interface TransferClient {
  /** Sends gzip with chunked transfer coding; resolves to the response's status. */
  upload(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number>;
  /** Requests gzip; keeps only the hash of what it reads. */
  download(
    path: string,
  ): Promise<{ readonly status: number; readonly bytes: number; readonly sha256: string }>;
  close(): void;
}

export const dataset = "application/vnd.nextstrain.dataset.main+json";

const idleMs = 60_000;

/** @param name The server's host name, for an origin that has an address in its place. */
export const transferClient = (
  origin: string,
  ca: string,
  authorization: string,
  name = new URL(origin).host,
): TransferClient => {
  // Not the requests' timeout: with an equal one, Node would leave the idle timeout, 4 s here, on a reused connection;
  // and without any, it would reuse connections that the proxy is closing.
  const agent = new Agent({ keepAlive: true, ca, maxSockets: 32, timeout: 2 * idleMs });
  const send = (method: string, path: string, headers: Readonly<Record<string, string>>) => {
    const { hostname, port } = new URL(origin);
    const all = { Host: name, Authorization: authorization, ...headers };
    const sent = request({ agent, hostname, port, method, path, headers: all, timeout: idleMs });
    sent.on("timeout", () => sent.destroy(new Error(`${method} ${path} stands still`)));
    const response = once(sent, "response").then(([response]) => response as IncomingMessage);
    return { sent, response };
  };
  return {
    upload: async (path, chunks) => {
      const headers = { "Content-Type": dataset, "Content-Encoding": "gzip" };
      const { sent, response } = send("PUT", path, headers);
      const [answer] = await Promise.all([response, pipeline(Readable.from(chunks), sent)]);
      answer.resume();
      await once(answer, "end");
      return answer.statusCode ?? 0;
    },
    download: async (path) => {
      const { sent, response } = send("GET", path, { Accept: dataset, "Accept-Encoding": "gzip" });
      sent.end();
      const answer = await response;
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

/** A dataset of so many megabytes of JSON in as much gzip, since storing without compression takes little time. */
export const datasetChunks = (megabytes: number): Readable =>
  Readable.from(datasetText(megabytes)).compose(
    createGzip({ level: 0, chunkSize: 262_144 }),
  ) as unknown as Readable;

/** The same chunks, spread over so many milliseconds. */
export const slowly = async function* (chunks: AsyncIterable<Buffer>, ms: number): AsyncGenerator<Buffer> {
  const all = await Array.fromAsync(chunks);
  for (const chunk of all) {
    await pause(ms / all.length);
    yield chunk;
  }
};

/** Passes chunks through, and gives their hash afterwards. */
export const digested = (chunks: AsyncIterable<Buffer>) => {
  const hash = createHash("sha256");
  let bytes = 0;
  const passedThrough = async function* () {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  return { chunks: passedThrough(), digest: () => ({ bytes, sha256: hash.digest("hex") }) };
};
