import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { AgentOptions } from "node:https";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { Certificates } from "../containers/certificates.ts";

/** A request as it was received. */
export interface Recorded {
  readonly method: string;
  /** Path and query, still encoded. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface RecordingProxy {
  readonly origin: string;
  /** The requests since the last call. */
  recorded(): readonly Recorded[];
  close(): Promise<void>;
}

export interface ProxyOptions {
  /** The https origin of the server, which is sent as the host. */
  readonly server: string;
  /** The CA that has signed the server's certificate. */
  readonly ca: string;
  readonly certificates: Certificates;
  /** A response of the proxy's own to a target, as JSON or as a redirect; undefined: the request is forwarded. */
  readonly override?: (target: string) => Promise<Override | undefined>;
}

export type Override = { readonly json: unknown } | { readonly redirect: string };

/** A reverse proxy that records what clients send. */
export const recordingProxy = async (options: ProxyOptions): Promise<RecordingProxy> => {
  let records: Recorded[] = [];
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = "", url: target = "", headers } = incoming;
    const body = await buffer(incoming);
    records.push({ method, target, headers, body });
    const override = await options.override?.(target);
    if (override) respond(outgoing, override);
    else await forward(options, { method, target, headers, body }, outgoing);
  };
  const { certificate: cert, key } = options.certificates;
  const proxy = createServer({ cert, key }, (incoming, outgoing) => {
    // The client gets a broken connection, which its test notices.
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    origin: `https://localhost:${(proxy.address() as AddressInfo).port}`,
    recorded: () => {
      const recent = records;
      records = [];
      return recent;
    },
    close: async () => {
      const closed = once(proxy, "close");
      proxy.close();
      proxy.closeAllConnections();
      await closed;
    },
  };
};

const respond = (outgoing: ServerResponse, override: Override): void => {
  if ("redirect" in override) outgoing.writeHead(307, { Location: override.redirect }).end();
  else outgoing.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(override.json));
};

const forward = async (
  { server, ca }: ProxyOptions,
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
