import { serveTasks } from "../../../src/adapters/shared/serve-tasks.ts";

export type Task =
  | { readonly do: "return"; readonly text: string }
  | { readonly do: "transfer"; readonly bytes: Uint8Array }
  | { readonly do: "throw" | "print" | "exit" | "loop" | "allocate" | "report-environment" }
  | { readonly do: "pause"; readonly milliseconds: number };

/** Only a limit ends this. */
const loop = (): never => {
  for (;;);
};

const allocate = (): never => {
  const retained: unknown[] = [];
  for (;;) retained.push(Array.from({ length: 1000 }, (_, i) => `${i}`));
};

serveTasks<Task, unknown>(async (task) => {
  switch (task.do) {
    case "return":
      return { result: task.text };
    case "transfer":
      return { result: task.bytes, transfer: [task.bytes.buffer as ArrayBuffer] };
    case "throw":
      throw new SyntaxError("line 3 makes no sense");
    case "print":
      console.log("a line from a thread");
      return { result: "printed" };
    case "exit":
      return process.exit(0);
    case "loop":
      return loop();
    case "allocate":
      return allocate();
    case "report-environment":
      return { result: [Object.keys(process.env), process.execArgv] };
    case "pause":
      await new Promise((resolve) => setTimeout(resolve, task.milliseconds));
      return { result: "paused" };
  }
});
