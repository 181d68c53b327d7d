import { once } from "node:events";
import { createReadStream } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:http";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";

/**
 * A program that runs concurrent transfers and prints `{"seconds"}`; it fails when one of them fails. Its argument is
 * a {@link Transfers} as JSON.
 */
export type Transfers =
  | {
      readonly kind: "upload";
      readonly port: number;
      readonly paths: readonly string[];
      readonly headers: Readonly<Record<string, string>>;
      /** Compressed by gzip. */
      readonly file: string;
    }
  | {
      readonly kind: "download";
      readonly port: number;
      readonly paths: readonly string[];
      readonly headers: Readonly<Record<string, string>>;
      /** Expected of each download. */
      readonly bytes: number;
    }
  /** The least that an upload costs: gunzip of the same bytes. */
  | { readonly kind: "gunzip"; readonly file: string; readonly times: number };

export interface TransferResult {
  readonly seconds: number;
}

const chunkBytes = 262_144;
const timeoutMs = 900_000;

const agent = new Agent({ keepAlive: true });

const send = (transfers: Exclude<Transfers, { kind: "gunzip" }>, path: string, method: string) => {
  const { port, headers } = transfers;
  const sent = request({ agent, host: "127.0.0.1", port, method, path, headers });
  return { sent, response: once(sent, "response").then(([response]) => response as IncomingMessage) };
};

const bytesOf = async (answer: IncomingMessage): Promise<number> => {
  let bytes = 0;
  answer.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(answer, "end");
  return bytes;
};

const upload = async (transfers: Transfers & { kind: "upload" }, path: string): Promise<void> => {
  const { sent, response } = send(transfers, path, "PUT");
  const file = createReadStream(transfers.file, { highWaterMark: chunkBytes });
  const [answer] = await Promise.all([response, pipeline(file, sent)]);
  await bytesOf(answer);
  if (answer.statusCode !== 204) throw new Error(`PUT ${path} was answered ${answer.statusCode}`);
};

const download = async (transfers: Transfers & { kind: "download" }, path: string): Promise<void> => {
  const { sent, response } = send(transfers, path, "GET");
  sent.end();
  const answer = await response;
  const bytes = await bytesOf(answer);
  if (answer.statusCode !== 200 || bytes !== transfers.bytes) {
    throw new Error(`GET ${path} was answered ${answer.statusCode}, with ${bytes} bytes`);
  }
};

const gunzip = (file: string): Promise<void> =>
  pipeline(
    createReadStream(file, { highWaterMark: 65_536 }),
    createGunzip({ chunkSize: 65_536 }),
    new Writable({ write: (_chunk, _encoding, done) => done() }),
  );

const run = async (transfers: Transfers): Promise<void> => {
  switch (transfers.kind) {
    case "upload":
      await Promise.all(transfers.paths.map((path) => upload(transfers, path)));
      break;
    case "download":
      await Promise.all(transfers.paths.map((path) => download(transfers, path)));
      break;
    case "gunzip":
      await Promise.all(Array.from({ length: transfers.times }, () => gunzip(transfers.file)));
  }
};

const [, , argument] = process.argv;
if (import.meta.main && argument !== undefined) {
  setTimeout(() => process.exit(1), timeoutMs).unref();
  const began = performance.now();
  await run(JSON.parse(argument) as Transfers);
  agent.destroy();
  const result: TransferResult = { seconds: (performance.now() - began) / 1000 };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
