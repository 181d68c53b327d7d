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

/** What listens, and on a port of which address. */
interface Listener {
  readonly make: (accept: (socket: Socket) => void) => Server;
  readonly host: string;
}

const frontOf = async ({ make, host }: Listener, port: number): Promise<Front> => {
  const sockets = new Set<Socket>();
  const server = make((outer) => {
    const inner = connect(port, "127.0.0.1");
    // Either end may go away whenever it likes; the other one then goes too.
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

/** Passes connections on to a service of 127.0.0.1, for those who reach this machine by another address only. */
export const plainFront = (port: number, host: string): Promise<Front> =>
  frontOf({ make: (accept) => createServer(accept), host }, port);

/** Speaks TLS for a service of 127.0.0.1 that does not. */
export const tlsFront = async (
  { certificate: cert, key }: Certificates,
  port: number,
  host = "127.0.0.1",
): Promise<TlsFront> => {
  const front = await frontOf({ make: (accept) => createTlsServer({ cert, key }, accept), host }, port);
  return { ...front, origin: `https://${host}:${front.port}` };
};
