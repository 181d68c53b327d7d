import type { LineOutput } from "./json-log.ts";

/** In milliseconds: nobody who looks on notices. */
const delay = 10;
const maxCharacters = 64 * 1024;

/**
 * Writes lines that come shortly after one another together: each write to standard output holds everybody up
 * until it is done. What is left is written at the "exit" of the process, which `ending` is.
 */
export const gatheredOutput = (output: LineOutput, ending: NodeJS.EventEmitter): LineOutput => {
  let lines = "";
  const write = () => {
    const text = lines;
    lines = "";
    if (text !== "") output.write(text);
  };
  ending.once("exit", write);
  return {
    write: (line) => {
      if (lines === "") setTimeout(write, delay).unref();
      lines += line;
      if (lines.length > maxCharacters) write();
    },
  };
};
