import type { Transferable } from "node:worker_threads";
import { parentPort } from "node:worker_threads";

/** What a thread sends to the one that started it. */
export type ThreadAnswer<Result> =
  | { readonly kind: "ready" }
  | { readonly kind: "result"; readonly result: Result }
  | { readonly kind: "failure"; readonly error: Error };

interface Done<Result> {
  readonly result: Result;
  /** What is moved out of the thread instead of copied. */
  readonly transfer?: readonly Transferable[];
}

/** Called once by a module that a thread begins with: does each task that comes, and answers it. */
export const answerTasks = <Task, Result>(
  work: (task: Task) => Promise<Done<Result>> | Done<Result>,
): void => {
  const port = parentPort;
  if (!port) throw new Error("This module is for a thread of its own.");
  const answer = (message: ThreadAnswer<Result>, transfer: readonly Transferable[] = []): void =>
    port.postMessage(message, transfer);
  port.on("message", async (task: Task) => {
    try {
      const { result, transfer } = await work(task);
      answer({ kind: "result", result }, transfer);
    } catch (error) {
      answer({ kind: "failure", error: error instanceof Error ? error : new Error(String(error)) });
    }
  });
  answer({ kind: "ready" });
};
