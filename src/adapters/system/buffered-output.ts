import type { LineOutput } from "./json-log.ts";

/** In milliseconds. */
const flushDelay = 10;
/** In UTF-16 units. */
const maxLength = 64 * 1024;

/**
 * Buffers lines and writes them together, since each write to standard output may block the event loop. The rest is
 * written at the "exit" event of `emitter`, which is the process.
 */
export const bufferedOutput = (output: LineOutput, emitter: NodeJS.EventEmitter): LineOutput => {
  let buffer = "";
  const flush = () => {
    const text = buffer;
    buffer = "";
    if (text !== "") output.write(text);
  };
  emitter.once("exit", flush);
  return {
    write: (line) => {
      if (buffer === "") setTimeout(flush, flushDelay).unref();
      buffer += line;
      if (buffer.length > maxLength) flush();
    },
  };
};
