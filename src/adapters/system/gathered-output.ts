import type { LineOutput } from "./json-log.ts";

/**
 * Writes the lines of one turn of the event loop together: each write to standard output holds everybody up
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
      if (lines === "") setImmediate(write);
      lines += line;
    },
  };
};
