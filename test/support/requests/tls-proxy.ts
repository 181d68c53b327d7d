import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Certificates } from "../containers/certificates.ts";

export interface TcpProxy {
  readonly port: number;
  close(): Promise<void>;
}

export interface TlsProxy extends TcpProxy {
  readonly origin: string;
}

interface Listener {
  readonly create: (accept: (socket: Socket) => void) => Server;
  readonly host: string;
}

const startProxy = async ({ create, host }: Listener, port: number): Promise<TcpProxy> => {
  const sockets = new Set<Socket>();
  const server = create((outer) => {
    const inner = connect(port, "127.0.0.1");
    // When one side closes its connection, the other connection is closed as well.
    const end = () => {
      for (const socket of [outer, inner]) sockets.delete(socket.destroy());
    };
    for (const socket of [outer, inner]) {
      sockets.add(socket);
      socket.once("error", end).once("close", end);
    }
    outer.pipe(inner).pipe(outer);
  });
  server.listen(0, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

/** Forwards connections to a service of 127.0.0.1, for clients that reach this machine by another address only. */
export const tcpProxy = (port: number, host: string): Promise<TcpProxy> =>
  startProxy({ create: (accept) => createServer(accept), host }, port);

/** Terminates TLS for a service of 127.0.0.1 that does not support it. */
export const tlsProxy = async (
  { certificate: cert, key }: Certificates,
  port: number,
  host = "127.0.0.1",
): Promise<TlsProxy> => {
  const proxy = await startProxy({ create: (accept) => createTlsServer({ cert, key }, accept), host }, port);
  return { ...proxy, origin: `https://${host}:${proxy.port}` };
};
