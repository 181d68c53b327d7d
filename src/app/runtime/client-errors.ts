import type { Server } from "node:http";
import type { Duplex } from "node:stream";

/** For how long the rest of such a request is read and thrown away: closing earlier would reset the answer too. */
const lingerMs = 1000;

/** What Node's parser found (`error.code`), as an answer's status line and a sentence. */
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

/** Whether bytes of an earlier request's answer have gone out on this connection, into which ours would be mixed. */
const isAnswering = (socket: Duplex): boolean => {
  const response: unknown = Reflect.get(socket, "_httpMessage");
  return typeof response === "object" && response !== null && Reflect.get(response, "headersSent") === true;
};

/** Answers requests that Node's parser refuses, which never get to the handler, in the form of all other refusals. */
export const answerClientErrors = (server: Server): void => {
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    // The rest of a request that was answered makes errors as well.
    if (socket.writableEnded) return;
    if (error.code === "ECONNRESET" || !socket.writable || isAnswering(socket)) {
      socket.destroy(error);
      return;
    }
    socket.end(answerTo(error.code ?? ""));
    setTimeout(() => socket.destroy(), lingerMs).unref();
  });
};
