import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

export interface FilesystemProcess {
  /** Resolves when the process prints this line; rejects when it ends before. */
  said(line: string): Promise<void>;
  /** Sends SIGKILL, and resolves when the process has ended. */
  kill(): Promise<void>;
  /** The exit code, and the output on standard error. */
  readonly ended: Promise<{ code: number | null; errors: string }>;
}

const collectErrors = (child: ChildProcess): (() => string) => {
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return () => errors;
};

/** Starts main.ts, which lists the tasks. */
export const startFilesystemProcess = (task: string, ...args: readonly string[]): FilesystemProcess => {
  const child = spawn(process.execPath, [main, task, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const errors = collectErrors(child);
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, errors: errors() }));
  const lines = createInterface({ input: child.stdout });
  return {
    ended,
    said: (line) =>
      new Promise((resolve, reject) => {
        lines.on("line", (each) => each === line && resolve());
        ended.then(({ errors: why }) => reject(new Error(`It ended before it said "${line}": ${why}`)));
      }),
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
};
