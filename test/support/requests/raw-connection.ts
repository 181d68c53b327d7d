import { once } from "node:events";
import { connect } from "node:net";

/** A connection on which a test sends every byte itself, and reads responses as they are received. */
export interface RawConnection {
  /** Resolves when the bytes have been sent. */
  send(bytes: string | Uint8Array): Promise<void>;
  /** Waits until the received text matches, and removes it up to the end of the match. */
  until(pattern: RegExp, timeout?: number): Promise<string>;
  /** The received text that was not removed yet. */
  received(): string;
  /** Whether the server has closed or reset the connection. */
  isOver(): boolean;
  close(): void;
}

/** The head of a request. */
export const head = (requestLine: string, headers: Readonly<Record<string, string>>): string =>
  `${requestLine} HTTP/1.1\r\nHost: 127.0.0.1\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`;

/** A chunk of a body with chunked transfer coding. */
export const chunk = (bytes: string | Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.from(`${Buffer.byteLength(bytes).toString(16)}\r\n`),
    Buffer.from(bytes as string),
    Buffer.from("\r\n"),
  ]);

export const lastChunk = "0\r\n\r\n";

/** A whole response with a JSON object. */
export const jsonAnswer = /HTTP\/1\.1 (\d{3})[^{]*\{.*\}/s;

export const rawConnection = async (origin: string): Promise<RawConnection> => {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, "connect");
  let received = "";
  let isOver = false;
  let failure: Error | undefined;
  socket.on("data", (bytes) => {
    received += bytes.toString("latin1");
  });
  socket.on("end", () => {
    isOver = true;
  });
  socket.on("error", (error) => {
    failure = error;
    isOver = true;
  });
  return {
    send: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    until: async (pattern, timeout = 5000) => {
      for (const begun = Date.now(); Date.now() - begun < timeout; ) {
        const found = pattern.exec(received);
        if (found) {
          received = received.slice(found.index + found[0].length);
          return found[0];
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error(`waited in vain for ${pattern}; got ${JSON.stringify(received)}`, { cause: failure });
    },
    received: () => received,
    isOver: () => isOver,
    close: () => void socket.destroy(),
  };
};
