import { answerTasks } from "../../../src/adapters/shared/answer-tasks.ts";

export type Task =
  | { readonly do: "answer"; readonly with: string }
  | { readonly do: "move"; readonly bytes: Uint8Array }
  | { readonly do: "throw" | "print" | "end" | "loop" | "hoard" | "tell-environment" }
  | { readonly do: "pause"; readonly milliseconds: number };

/** Without an end: only a limit stops it. */
const loop = (): never => {
  for (;;);
};

const hoard = (): never => {
  const kept: unknown[] = [];
  for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => `${i}`));
};

answerTasks<Task, unknown>(async (task) => {
  switch (task.do) {
    case "answer":
      return { result: task.with };
    case "move":
      return { result: task.bytes, transfer: [task.bytes.buffer as ArrayBuffer] };
    case "throw":
      throw new SyntaxError("line 3 makes no sense");
    case "print":
      console.log("a line from a thread");
      return { result: "printed" };
    case "end":
      return process.exit(0);
    case "loop":
      return loop();
    case "hoard":
      return hoard();
    case "tell-environment":
      return { result: [Object.keys(process.env), process.execArgv] };
    case "pause":
      await new Promise((resolve) => setTimeout(resolve, task.milliseconds));
      return { result: "paused" };
  }
});
