import type { IncomingMessage, Server } from "node:http";
import { createServer, ServerResponse } from "node:http";
import type { Server as TlsServer } from "node:https";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Server as NetServer } from "node:net";
import { answerClientErrors } from "./client-errors.ts";

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface Listener {
  /** The requested port; once open, the actual one. */
  readonly port: number;
  /** Rejects when the port is taken or not allowed. */
  open(): Promise<void>;
  /** Sets the request handler; until then requests are answered with 503 and Retry-After. */
  answerWith(handler: RequestHandler): void;
  /** Sets an https listener's certificate. */
  secure(certificate: Certificate): void;
  /** Stops accepting connections, and resolves when all have ended. */
  close(drainTimeouts: DrainTimeouts): Promise<void>;
}

/** In milliseconds. */
export interface DrainTimeouts {
  /** When requests in flight are cut off. */
  readonly busy: number;
  /** When connections without a request are closed. Until then a proxy may still be sending one. */
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

/** Connections on which no byte is sent or received for this long are closed. Active uploads may take hours. */
const idleMs = 120_000;

/** Proxies keep idle connections for a minute; closing earlier than they do loses requests. */
const keepAliveMs = 75_000;

const limits = {
  // Node's default timeout of whole requests would end long uploads with 408.
  requestTimeout: 0,
  headersTimeout: 60_000,
  keepAliveTimeout: keepAliveMs,
  maxHeaderSize: 32 * 1024,
};

/**
 * Responses have "Connection: close" once the listener accepts no more connections, so that proxies close them. Open
 * responses are not tracked in a Set: its tables would keep ended requests alive until a full collection.
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
  // "100 Continue" is sent by the handler that reads the upload.
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

/** Opens a listener. */
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
    // Applies to connections that become idle from now on; 0 would disable the timeout.
    server.keepAliveTimeout = Math.max(idle, 1);
    // http.Server.close() would close idle connections at once. A proxy that is sending an upload on one of them cannot
    // retry it, and its client would get a 502.
    NetServer.prototype.close.call(server, (error) => {
      for (const timer of timers) clearTimeout(timer);
      if (error) reject(error);
      else resolve();
    });
  });
