import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { Server as TlsServer } from "node:https";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface Listener {
  readonly port: number;
  /** From now on requests are answered by this; before, they are asked to come again. */
  answerWith(handler: RequestHandler): void;
  /** Gives an https listener its certificate. */
  secure(certificate: Certificate): void;
  /** Takes no more requests, and resolves when those under way are over; after `patience` they are cut off. */
  close(patience: number): Promise<void>;
}

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

/** Opens a port. Rejects when it is taken or not allowed. */
export const listen = async ({ host, port, tls }: ListenerOptions): Promise<Listener> => {
  let handler: RequestHandler = (_, response) => {
    response.writeHead(503, { "Retry-After": "1", "Content-Type": "text/plain" }).end("Starting.\n");
  };
  const server = tls ? createTlsServer(limits) : createServer(limits);
  server.setTimeout(idleMs);
  server.on("request", (request, response) => handler(request, response));
  // "100 Continue" is sent by whoever is willing to read the upload.
  server.on("checkContinue", (request, response) => handler(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    answerWith: (next) => {
      handler = next;
    },
    secure: (certificate) => (server as TlsServer).setSecureContext(certificate),
    close: (patience) => closed(server, patience),
  };
};

const closed = (server: Server, patience: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const cut = setTimeout(() => server.closeAllConnections(), patience);
    server.close((error) => {
      clearTimeout(cut);
      if (error) reject(error);
      else resolve();
    });
    server.closeIdleConnections();
  });
