import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Certificates } from "../containers/certificates.ts";

export interface Front {
  readonly port: number;
  close(): Promise<void>;
}

export interface TlsFront extends Front {
  readonly origin: string;
}

/** How to create a server, and the address on which it listens. */
interface Listener {
  readonly make: (accept: (socket: Socket) => void) => Server;
  readonly host: string;
}

const frontOf = async ({ make, host }: Listener, port: number): Promise<Front> => {
  const sockets = new Set<Socket>();
  const server = make((outer) => {
    const inner = connect(port, "127.0.0.1");
    // When one side closes its connection, the other one is closed too.
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

/** Forwards TCP connections to a service on 127.0.0.1, for clients that use another address of this machine. */
export const plainFront = (port: number, host: string): Promise<Front> =>
  frontOf({ make: (accept) => createServer(accept), host }, port);

/** Terminates TLS for a service on 127.0.0.1. */
export const tlsFront = async (
  { certificate: cert, key }: Certificates,
  port: number,
  host = "127.0.0.1",
): Promise<TlsFront> => {
  const front = await frontOf({ make: (accept) => createTlsServer({ cert, key }, accept), host }, port);
  return { ...front, origin: `https://${host}:${front.port}` };
};
