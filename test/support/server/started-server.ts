import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../temporary-folder.ts";

const ownProgram = fileURLToPath(new URL("../../../server.js", import.meta.url));

/** Longer than a start takes on a busy machine. */
const timeoutMs = 30_000;

type Environment = Readonly<Record<string, string>>;

/** A process of `node server.js`, and its output so far. */
interface Process {
  readonly child: ChildProcess;
  output(): string;
  errors(): string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

const run = (
  workingFolder: string,
  environment: Environment,
  nodeOptions: readonly string[] = [],
  node = process.execPath,
  program = ownProgram,
): Process => {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(node, [...nodeOptions, program], {
    cwd: workingFolder,
    env: { PATH, HOME, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk;
  });
  const ended = once(child, "close").then(([code, signal]) => code ?? signal);
  return { child, output: () => output, errors: () => errors, ended };
};

/** A running `node server.js`, whose working folder is not that of the code. */
export interface StartedServer {
  readonly http: string;
  readonly https: string;
  readonly pid: number;
  /** Its DATA_DIR. */
  readonly data: string;
  readonly ended: Promise<number | string>;
  output(): string;
  errors(): string;
  /** Stops to read its output, like `| head -1`. */
  closeOutputs(): void;
  signal(name: NodeJS.Signals): void;
  /** Sends SIGTERM, like a supervisor; resolves to the exit code. */
  stop(): Promise<number | string>;
}

export interface StartOptions {
  /** Its DATA_DIR, which is not removed. */
  readonly data: string;
  readonly workingFolder: string;
  readonly environment?: Environment;
  /** Default: this repository's `server.js`. */
  readonly program?: string;
}

/** Resolves once `/healthz` answers 200; rejects with all output when the process ends before. */
export const startServerProcess = async (options: StartOptions): Promise<StartedServer> => {
  const { data, workingFolder, environment, program } = options;
  const settings = { DATA_DIR: data, PORT: "0", HTTPS_PORT: "0", ...environment };
  const started = run(workingFolder, settings, [], process.execPath, program);
  const { child, output, errors, ended } = started;
  const address = (scheme: string) => new RegExp(`\\b${scheme}://localhost:\\d+`).exec(output())?.[0];
  try {
    await waitUntilHealthy(started, () => address("http"));
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return {
    http: address("http") ?? "",
    https: address("https") ?? "",
    pid: child.pid ?? 0,
    data,
    ended,
    output,
    errors,
    closeOutputs: () => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
    signal: (name) => void child.kill(name),
    stop: () => {
      child.kill("SIGTERM");
      return Promise.race([ended, pause(timeoutMs, "it does not stop", { ref: false })]);
    },
  };
};

const waitUntilHealthy = async ({ child, output, errors }: Process, origin: () => string | undefined) => {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`The server ended: ${output()}${errors()}`);
    const found = origin();
    if (found !== undefined && (await fetch(`${found}/healthz`)).status === 200) return;
    await pause(20);
  }
  throw new Error(`The server does not answer: ${output()}${errors()}`);
};

/** Kills a starting server as soon as a condition holds; rejects when the process ends before. */
export const killServerProcess = async (
  { data, workingFolder }: StartOptions,
  holds: () => Promise<boolean>,
): Promise<void> => {
  const { child, output, errors, ended } = run(workingFolder, { DATA_DIR: data, PORT: "0", HTTPS_PORT: "0" });
  const end = Date.now() + timeoutMs;
  try {
    while (!(await holds())) {
      if (child.exitCode !== null || Date.now() > end)
        throw new Error(`No such moment: ${output()}${errors()}`);
    }
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
};

export interface EndedServer {
  readonly code: number | string;
  readonly output: string;
  readonly errors: string;
}

/** Runs a `node server.js` that is expected to fail at the start. */
export const runServerProcess = async (
  environment: Environment,
  nodeOptions: readonly string[] = [],
  node = process.execPath,
): Promise<EndedServer> => {
  const folder = await temporaryFolder();
  const { child, output, errors, ended } = run(
    folder.path,
    { DATA_DIR: join(folder.path, "data"), PORT: "0", HTTPS_PORT: "0", ...environment },
    nodeOptions,
    node,
  );
  const kill = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  const code = await ended;
  clearTimeout(kill);
  await folder.remove();
  return { code, output: output(), errors: errors() };
};

/** Ports that were free a moment ago, for servers that have to keep their address when they are restarted. */
export const freePorts = async (count: number): Promise<number[]> => {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      return (server.address() as AddressInfo).port;
    }),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};
