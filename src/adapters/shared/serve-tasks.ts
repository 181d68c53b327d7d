import type { Transferable } from "node:worker_threads";
import { parentPort } from "node:worker_threads";

/** A message from a worker thread to the thread that started it. */
export type WorkerMessage<Result> =
  | { readonly kind: "ready" }
  | { readonly kind: "result"; readonly result: Result }
  | { readonly kind: "failure"; readonly error: Error };

interface TaskResult<Result> {
  readonly result: Result;
  /** Objects in the result that are transferred instead of cloned. */
  readonly transfer?: readonly Transferable[];
}

/** Runs the tasks that a worker thread receives, and posts their results. Its module calls this once. */
export const serveTasks = <Task, Result>(
  run: (task: Task) => Promise<TaskResult<Result>> | TaskResult<Result>,
): void => {
  const port = parentPort;
  if (!port) throw new Error("This module is for a thread of its own.");
  const post = (message: WorkerMessage<Result>, transfer: readonly Transferable[] = []): void =>
    port.postMessage(message, transfer);
  port.on("message", async (task: Task) => {
    try {
      const { result, transfer } = await run(task);
      post({ kind: "result", result }, transfer);
    } catch (error) {
      post({ kind: "failure", error: error instanceof Error ? error : new Error(String(error)) });
    }
  });
  post({ kind: "ready" });
};
