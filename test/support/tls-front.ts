import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";
import { createServer } from "node:tls";
import type { Certificates } from "./containers/certificates.ts";

export interface TlsFront {
  readonly origin: string;
  close(): Promise<void>;
}

/** Speaks TLS for a service of 127.0.0.1 that does not. */
export const tlsFront = async (certificates: Certificates, port: number): Promise<TlsFront> => {
  const sockets = new Set<Socket>();
  const server = createServer({ cert: certificates.certificate, key: certificates.key }, (outer) => {
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
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};
