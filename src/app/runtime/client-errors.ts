import type { Server } from "node:http";
import type { Duplex } from "node:stream";

/** How long the rest of such a request is discarded: closing earlier would reset the connection and lose the answer. */
const lingerMs = 1000;

/** The status line and sentence for each error of Node's parser (`error.code`). */
const answers: { readonly [code: string]: readonly [status: string, error: string] } = {
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    "The request's headers are too large: all together may have 32 kB. A token that lists hundreds of groups does not fit; a login with a browser does.",
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [
    "413 Content Too Large",
    "The extensions of the request's chunks are too large.",
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "The request's headers did not come in time."],
};

const malformed = ["400 Bad Request", "The request is no HTTP that can be understood."] as const;

const answerTo = (code: string): string => {
  const [status, error] = answers[code] ?? malformed;
  const body = JSON.stringify({ error });
  return [
    `HTTP/1.1 ${status}`,
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Cache-Control: private, no-store",
    "Connection: close",
    "",
    body,
  ].join("\r\n");
};

/** Whether an earlier request's response is being sent on this connection, which ours would corrupt. */
const isAnswering = (socket: Duplex): boolean => {
  const response: unknown = Reflect.get(socket, "_httpMessage");
  return typeof response === "object" && response !== null && Reflect.get(response, "headersSent") === true;
};

/** Answers requests that Node's parser rejects, which no handler gets, in the form of all other errors. */
export const answerClientErrors = (server: Server): void => {
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    // The rest of a request that was answered causes further errors.
    if (socket.writableEnded) return;
    if (error.code === "ECONNRESET" || !socket.writable || isAnswering(socket)) {
      socket.destroy(error);
      return;
    }
    socket.end(answerTo(error.code ?? ""));
    setTimeout(() => socket.destroy(), lingerMs).unref();
  });
};
