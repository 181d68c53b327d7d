import type { IncomingMessage, Server } from "node:http";
import { createServer, ServerResponse } from "node:http";
import type { Server as TlsServer } from "node:https";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Server as NetServer } from "node:net";
import { answerClientErrors } from "./client-errors.ts";

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface Listener {
  /** The one that was asked for, and once open the one it is. */
  readonly port: number;
  /** Rejects when the port is taken or not allowed. */
  open(): Promise<void>;
  /** From now on requests are answered by this; before, they are asked to come again. */
  answerWith(handler: RequestHandler): void;
  /** Gives an https listener its certificate. */
  secure(certificate: Certificate): void;
  /** Takes no more connections, and resolves when those it has are over. */
  close(drainTimeouts: DrainTimeouts): Promise<void>;
}

/** In milliseconds. */
export interface DrainTimeouts {
  /** Requests under way are then cut off. */
  readonly busy: number;
  /** Connections without a request are then closed. A proxy may be sending one at this very moment. */
  readonly idle: number;
}

export const noDrain: DrainTimeouts = { busy: 0, idle: 0 };

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  /** https: no connection is taken before `secure` was called. */
  readonly tls: boolean;
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Nobody sends or reads a byte for this long: the connection is given up. Uploads may take hours otherwise. */
const idleMs = 120_000;

/** Proxies keep idle connections for a minute; closing earlier than they do loses requests. */
const keepAliveMs = 75_000;

const limits = {
  // Node's own limit on whole requests would end long uploads with 408.
  requestTimeout: 0,
  headersTimeout: 60_000,
  keepAliveTimeout: keepAliveMs,
  maxHeaderSize: 32 * 1024,
};

/**
 * Answers that say "Connection: close" as soon as the listener takes no more connections: proxies then let go by
 * themselves. Not by a list of those under way: the tables of a Set that changes with each request keep
 * requests alive that are long over, until all memory is looked at.
 */
const responseOf = (isListening: () => boolean) =>
  class<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
    override writeHead(...head: unknown[]): this {
      if (!isListening()) this.shouldKeepAlive = false;
      return Reflect.apply(super.writeHead, this, head);
    }
  };

export const newListener = ({ host, port, tls }: ListenerOptions): Listener => {
  let handler: RequestHandler = (_, response) => {
    response.writeHead(503, { "Retry-After": "1", "Content-Type": "text/plain" }).end("Starting.\n");
  };
  const options = { ...limits, ServerResponse: responseOf(() => server.listening) };
  const server: Server | TlsServer = tls ? createTlsServer(options) : createServer(options);
  server.setTimeout(idleMs);
  const take: RequestHandler = (request, response) => handler(request, response);
  server.on("request", take);
  // "100 Continue" is sent by whoever is willing to read the upload.
  server.on("checkContinue", take);
  answerClientErrors(server);
  return {
    get port() {
      return (server.address() as AddressInfo | null)?.port ?? port;
    },
    open: () =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, host, () => {
          server.off("error", reject);
          resolve();
        });
      }),
    answerWith: (next) => {
      handler = next;
    },
    secure: (certificate) => (server as TlsServer).setSecureContext(certificate),
    close: (drainTimeouts) => closed(server, drainTimeouts),
  };
};

/** An open one. */
export const listen = async (options: ListenerOptions): Promise<Listener> => {
  const listener = newListener(options);
  await listener.open();
  return listener;
};

const closed = (server: Server, { busy, idle }: DrainTimeouts): Promise<void> =>
  new Promise((resolve, reject) => {
    if (!server.listening) return resolve();
    const timers = [
      setTimeout(() => server.closeAllConnections(), busy),
      setTimeout(() => server.closeIdleConnections(), idle),
    ];
    // For connections that become idle from now on; 0 would mean for ever.
    server.keepAliveTimeout = Math.max(idle, 1);
    // The http server's own close() would end idle connections at once. A proxy cannot send an upload again
    // whose beginning is lost with such a connection, and its client would see a 502.
    NetServer.prototype.close.call(server, (error) => {
      for (const timer of timers) clearTimeout(timer);
      if (error) reject(error);
      else resolve();
    });
  });
