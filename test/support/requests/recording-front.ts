import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { AgentOptions } from "node:https";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { Certificates } from "../containers/certificates.ts";

/** A recorded request. */
export interface Recorded {
  readonly method: string;
  /** Path and query, still encoded. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface RecordingFront {
  readonly origin: string;
  /** The requests since the last call. */
  recorded(): readonly Recorded[];
  close(): Promise<void>;
}

export interface FrontOptions {
  /** The https origin of the server behind, which gets its own name as the host. */
  readonly server: string;
  /** The certificate authority of the server's certificate. */
  readonly ca: string;
  readonly certificates: Certificates;
  /** The front's own answer to a target, as JSON or as a redirect. Undefined: the server answers. */
  readonly instead?: (target: string) => Promise<Instead | undefined>;
}

export type Instead = { readonly json: unknown } | { readonly redirect: string };

/** A reverse proxy that records what clients send. */
export const recordingFront = async (options: FrontOptions): Promise<RecordingFront> => {
  let records: Recorded[] = [];
  const take = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = "", url: target = "", headers } = incoming;
    const body = await buffer(incoming);
    records.push({ method, target, headers, body });
    const own = await options.instead?.(target);
    if (own) answer(outgoing, own);
    else await passOn(options, { method, target, headers, body }, outgoing);
  };
  const { certificate: cert, key } = options.certificates;
  const front = createServer({ cert, key }, (incoming, outgoing) => {
    // The client gets a broken connection, and the test checks how it reports that.
    take(incoming, outgoing).catch(() => outgoing.destroy());
  });
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  return {
    origin: `https://localhost:${(front.address() as AddressInfo).port}`,
    recorded: () => {
      const recent = records;
      records = [];
      return recent;
    },
    close: async () => {
      const closed = once(front, "close");
      front.close();
      front.closeAllConnections();
      await closed;
    },
  };
};

const answer = (outgoing: ServerResponse, instead: Instead): void => {
  if ("redirect" in instead) outgoing.writeHead(307, { Location: instead.redirect }).end();
  else outgoing.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(instead.json));
};

const passOn = async (
  { server, ca }: FrontOptions,
  { method, target, headers, body }: Recorded,
  outgoing: ServerResponse,
): Promise<void> => {
  const { hostname, port, host } = new URL(server);
  const trust: AgentOptions = { ca };
  const sent = request({
    ...trust,
    hostname,
    port,
    method,
    path: target,
    headers: { ...headers, host },
    agent: false,
  });
  const answered = once(sent, "response") as Promise<[IncomingMessage]>;
  sent.end(body);
  const [response] = await answered;
  outgoing.writeHead(response.statusCode ?? 0, response.headers);
  await pipeline(response, outgoing);
};
