import { once } from "node:events";
import { connect } from "node:net";

/**
 * A program that repeats a request on persistent connections, and prints `{"seconds", "answers"}`. It parses as little
 * of a response as possible, so that the server is the bottleneck. Its argument is a {@link Load} as JSON.
 */
export interface Load {
  readonly port: number;
  /** The whole request, as bytes on the wire. */
  readonly request: string;
  readonly connections: number;
  readonly requests: number;
  /** What each response has to start with. */
  readonly startsWith: string;
  /** What each response has to contain. */
  readonly contains: string;
}

export interface LoadResult {
  readonly seconds: number;
  readonly answers: number;
}

const timeoutMs = 120_000;

/** The length of the first response in the text; undefined until it is known. */
const responseLength = (text: string): number | undefined => {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = text.slice(0, end).toLowerCase();
  const at = head.indexOf("\r\ncontent-length: ");
  if (at >= 0) return end + 4 + Number.parseInt(head.slice(at + 18), 10);
  const last = text.indexOf("0\r\n\r\n", end + 4);
  return last < 0 ? undefined : last + 5;
};

const run = async (load: Load): Promise<LoadResult> => {
  let remaining = load.requests;
  let answers = 0;
  const useConnection = async (): Promise<void> => {
    const socket = connect(load.port, "127.0.0.1").setNoDelay(true).setEncoding("latin1");
    await once(socket, "connect");
    let received = "";
    const closed = once(socket, "close");
    const next = () => {
      if (remaining <= 0) return socket.end();
      remaining -= 1;
      socket.write(load.request);
    };
    socket.on("data", (text) => {
      received += text;
      const length = responseLength(received);
      if (length === undefined || received.length < length) return;
      if (!received.startsWith(load.startsWith) || !received.includes(load.contains)) {
        socket.destroy(new Error(`An unexpected answer: ${received}`));
        return;
      }
      received = received.slice(length);
      answers += 1;
      next();
    });
    next();
    await closed;
  };
  // Busy waiting: to wake a sleeping process costs the one that sends to it, on virtual machines more than a response.
  // The slower server would pay that more often, for work that is not its own.
  const stayAwake = () => {
    if (answers < load.requests) setImmediate(stayAwake);
  };
  stayAwake();
  const began = performance.now();
  await Promise.all(Array.from({ length: load.connections }, useConnection));
  return { seconds: (performance.now() - began) / 1000, answers };
};

const [, , argument] = process.argv;
if (import.meta.main && argument !== undefined) {
  setTimeout(() => process.exit(1), timeoutMs).unref();
  process.stdout.write(`${JSON.stringify(await run(JSON.parse(argument) as Load))}\n`);
}
