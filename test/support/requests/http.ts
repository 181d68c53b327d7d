import { request } from "node:http";
import { request as requestByTls } from "node:https";

/** A request. Unlike `fetch`, paths are not normalised and redirects not followed. */
export interface Question {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  /** In milliseconds without a byte. Default: 15 000. */
  readonly timeout?: number;
  /** The largest size of a response's headers, in bytes. Default: Node's 16 kB. */
  readonly maxHeaderSize?: number;
}

export interface Answer {
  readonly status: number;
  /** By lower-case names; several values of one name are joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly bytes: Buffer;
  readonly text: string;
  json(): unknown;
}

/** Sends a request on a connection of its own; by https, `ca` is trusted. */
export const ask = (origin: string, question: Question, ca?: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port, protocol } = new URL(origin);
    const sent = (protocol === "https:" ? requestByTls : request)({
      ...(ca === undefined ? {} : { ca }),
      hostname,
      port,
      method: question.method ?? "GET",
      path: question.path,
      headers: { ...question.headers } as Record<string, string | string[]>,
      agent: false,
      timeout: question.timeout ?? 15_000,
      ...(question.maxHeaderSize === undefined ? {} : { maxHeaderSize: question.maxHeaderSize }),
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer to ${question.path}`)));
    sent.on("error", reject);
    sent.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const bytes = Buffer.concat(chunks);
        const headers = Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(", ")]),
        );
        resolve({
          status: response.statusCode ?? 0,
          headers,
          cookies: response.headers["set-cookie"] ?? [],
          bytes,
          text: bytes.toString("utf8"),
          json: () => JSON.parse(bytes.toString("utf8")),
        });
      });
    });
    sent.end(question.body);
  });
