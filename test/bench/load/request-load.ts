import { once } from "node:events";
import { connect } from "node:net";

/**
 * A program that sends the same request over and over on connections that it keeps, and prints
 * `{"seconds", "answers", "bytes"}`. It reads no more of an answer than it must: the server shall be what
 * takes the time. Its argument is a {@link Load} as JSON.
 */
export interface Load {
  readonly port: number;
  /** The whole request, as it goes over the wire. */
  readonly request: string;
  readonly connections: number;
  readonly requests: number;
  /** What each answer has to begin with, and hold. */
  readonly begins: string;
  readonly holds: string;
}

export interface LoadResult {
  readonly seconds: number;
  readonly answers: number;
}

const timeoutMs = 120_000;

/** The length of the first answer in the text, once its headers are there. */
const answerLength = (text: string): number | undefined => {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = text.slice(0, end).toLowerCase();
  const at = head.indexOf("\r\ncontent-length: ");
  if (at >= 0) return end + 4 + Number.parseInt(head.slice(at + 18), 10);
  const last = text.indexOf("0\r\n\r\n", end + 4);
  return last < 0 ? undefined : last + 5;
};

const run = async (load: Load): Promise<LoadResult> => {
  let left = load.requests;
  let answers = 0;
  const converse = async (): Promise<void> => {
    const socket = connect(load.port, "127.0.0.1").setNoDelay(true).setEncoding("latin1");
    await once(socket, "connect");
    let received = "";
    const over = once(socket, "close");
    const next = () => {
      if (left <= 0) return socket.end();
      left -= 1;
      socket.write(load.request);
    };
    socket.on("data", (text) => {
      received += text;
      const length = answerLength(received);
      if (length === undefined || received.length < length) return;
      if (!received.startsWith(load.begins) || !received.includes(load.holds)) {
        socket.destroy(new Error(`An unexpected answer: ${received}`));
        return;
      }
      received = received.slice(length);
      answers += 1;
      next();
    });
    next();
    await over;
  };
  // Stays awake: waking a process that sleeps costs whoever wakes it, and on virtual machines more than an answer.
  // The slower server would pay that more often, for work that is not its own.
  const stayAwake = () => {
    if (answers < load.requests) setImmediate(stayAwake);
  };
  stayAwake();
  const began = performance.now();
  await Promise.all(Array.from({ length: load.connections }, converse));
  return { seconds: (performance.now() - began) / 1000, answers };
};

const [, , argument] = process.argv;
if (import.meta.main && argument !== undefined) {
  setTimeout(() => process.exit(1), timeoutMs).unref();
  process.stdout.write(`${JSON.stringify(await run(JSON.parse(argument) as Load))}\n`);
}
