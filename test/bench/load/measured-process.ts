import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

/** A program that is measured, or that generates load. */
export interface MeasuredProcess {
  /** In bytes. */
  residentMemory(): Promise<number>;
  /** The peak of resident memory, in bytes. */
  peakMemory(): Promise<number>;
  /** CPU time of all its threads, in seconds. */
  cpu(): Promise<number>;
  /** What it has written so far. */
  output(): string;
  stop(): Promise<void>;
}

export interface ProcessOptions {
  readonly program: string;
  readonly args?: readonly string[];
  /** For Node, before the program. */
  readonly nodeOptions?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingFolder: string;
  /** Its output is written to this file, so that it costs the measuring process nothing. */
  readonly outputFile: string;
  /** The text in its output by which it says that it is ready. */
  readonly ready: string;
}

const timeoutMs = 30_000;
const ticksPerSecond = 100;

/** Starts a program with this Node, and resolves when it is ready. */
export const startProcess = async (options: ProcessOptions): Promise<MeasuredProcess> => {
  const { PATH = "", HOME = "" } = process.env;
  const file = openSync(options.outputFile, "a");
  const child = spawn(
    process.execPath,
    [...nodeOptions(), ...(options.nodeOptions ?? []), options.program, ...(options.args ?? [])],
    {
      cwd: options.workingFolder,
      env: { PATH, HOME, ...options.environment },
      stdio: ["ignore", file, file],
    },
  );
  closeSync(file);
  const ended = once(child, "close");
  const output = () => readFileSync(options.outputFile, "utf8");
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    const kill = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    await ended;
    clearTimeout(kill);
  };
  const deadline = Date.now() + timeoutMs;
  while (!output().includes(options.ready)) {
    if (child.exitCode !== null) throw new Error(`${options.program} ended: ${output()}`);
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`${options.program} does not start: ${output()}`);
    }
    await pause(20);
  }
  return { ...processMetrics(child.pid ?? 0), output, stop };
};

/** Options for profiling, such as `BENCH_NODE_OPTIONS=--cpu-prof`. */
const nodeOptions = (): string[] => (process.env["BENCH_NODE_OPTIONS"] ?? "").split(" ").filter(Boolean);

const processMetrics = (pid: number) => {
  const memory = async (field: string) => {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024;
  };
  const cpu = async () => {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const [user = 0, system = 0] = stat.split(") ").at(-1)?.split(" ").slice(11, 13).map(Number) ?? [];
    return (user + system) / ticksPerSecond;
  };
  return { residentMemory: () => memory("VmRSS"), peakMemory: () => memory("VmHWM"), cpu };
};
