import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../../server.js", import.meta.url));

const timeoutMs = 30_000;

/** `node server.js` in production, on a port that it keeps when it is restarted. */
export interface ProductionInstance {
  readonly port: number;
  /** Resolves when it listens; rejects with its output when it ends before. */
  start(): Promise<void>;
  /** Sends SIGTERM, like a supervisor; resolves to the exit code. */
  stop(): Promise<number | string>;
  /** The peak of resident memory since the last start, in bytes. */
  peakMemory(): Promise<number>;
  /** Its output so far, of all starts. */
  output(): string;
}

export interface InstanceOptions {
  readonly port: number;
  readonly workingFolder: string;
  readonly environment: Readonly<Record<string, string>>;
}

export const productionInstance = (options: InstanceOptions): ProductionInstance => {
  const { port, workingFolder, environment } = options;
  let output = "";
  let running: { readonly pid: number; readonly ended: Promise<number | string>; kill(): void } | undefined;
  const start = async () => {
    const { PATH = "", HOME = "" } = process.env;
    const child = spawn(process.execPath, [program], {
      cwd: workingFolder,
      env: { PATH, HOME, NODE_ENV: "production", PORT: String(port), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let startOutput = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        startOutput += text;
        output += text;
      });
    }
    let end: number | string | undefined;
    const ended = once(child, "close").then(([code, signal]): number | string => {
      end = code ?? signal;
      return code ?? signal;
    });
    running = { pid: child.pid ?? 0, ended, kill: () => void child.kill("SIGTERM") };
    const deadline = Date.now() + timeoutMs;
    while (!startOutput.includes('"listening"')) {
      if (end !== undefined) throw new Error(`The server ended with ${end}: ${startOutput}`);
      if (Date.now() > deadline) {
        child.kill("SIGKILL");
        throw new Error(`The server does not start: ${startOutput}`);
      }
      await pause(20);
    }
  };
  return {
    port,
    start,
    stop: async () => {
      running?.kill();
      return Promise.race([running?.ended ?? 0, pause(timeoutMs, "it does not stop", { ref: false })]);
    },
    peakMemory: async () => {
      const status = await readFile(`/proc/${running?.pid}/status`, "utf8");
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
    },
    output: () => output,
  };
};
