import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

/** A program that is being measured, or that puts load on one. */
export interface MeasuredProcess {
  /** In bytes. */
  residentMemory(): Promise<number>;
  /** The most it has had at once, in bytes. */
  peakMemory(): Promise<number>;
  /** Seconds of CPU that all its threads have used. */
  cpu(): Promise<number>;
  /** All that it has written to now. */
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
  /** What it writes goes to this file, and not through the process that measures. */
  readonly outputFile: string;
  /** Is in what it writes as soon as it is ready. */
  readonly ready: string;
}

const timeoutMs = 30_000;
const ticksPerSecond = 100;

/** Starts a program with this Node, and returns when it is ready. */
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
  const late = Date.now() + timeoutMs;
  while (!output().includes(options.ready)) {
    if (child.exitCode !== null) throw new Error(`${options.program} ended: ${output()}`);
    if (Date.now() > late) {
      await stop();
      throw new Error(`${options.program} does not start: ${output()}`);
    }
    await pause(20);
  }
  return { ...figures(child.pid ?? 0), output, stop };
};

/** For looking into what was measured, such as `BENCH_NODE_OPTIONS=--cpu-prof`. */
const nodeOptions = (): string[] => (process.env["BENCH_NODE_OPTIONS"] ?? "").split(" ").filter(Boolean);

const figures = (pid: number) => {
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
