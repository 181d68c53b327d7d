import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { FaultPeriods } from "./model/fault-periods.ts";
import { faultPeriods } from "./model/fault-periods.ts";

const program = fileURLToPath(new URL("../../server.js", import.meta.url));

/** The public host name, which a reverse proxy in front of the instances would send. */
export const host = "lab.example";

export interface InstanceResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly cookies: readonly string[];
  readonly text: string;
}

/** A process of the real program, which is killed and restarted. */
export interface Instance {
  readonly number: number;
  /** Number of starts. */
  generation(): number;
  /** When the process of that generation was killed; undefined when it was not. */
  killed(generation: number): number | undefined;
  /** When it was killed or starting. */
  readonly down: FaultPeriods;
  /** When it was killed, still compiling its code after a start, or not scheduled. */
  readonly slow: FaultPeriods;
  start(): Promise<void>;
  /** Sends SIGKILL, and resolves when the process has ended. */
  kill(): Promise<void>;
  /** GET, or POST of a form. Rejects without a whole response. */
  request(
    path: string,
    headers: Readonly<Record<string, string>>,
    form?: URLSearchParams,
  ): Promise<InstanceResponse>;
  /** Another method. Rejects without a whole response. */
  send(
    method: "PUT" | "DELETE",
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<InstanceResponse>;
}

export interface InstanceOptions {
  readonly number: number;
  readonly port: number;
  readonly workingFolder: string;
  readonly nodeOptions: readonly string[];
  readonly environment: (generation: number) => Readonly<Record<string, string>>;
  /** Called with each line of its log. */
  readonly onLine: (line: string) => void;
}

/** In milliseconds. */
const startTimeout = 60_000;
const responseTimeout = 25_000;
const warmUpTime = 4000;

export const instance = (options: InstanceOptions): Instance => {
  const { number, port } = options;
  const [down, slow] = [faultPeriods(), faultPeriods()];
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });
  const killedAt = new Map<number, number>();
  let generation = 0;
  let child: ChildProcess | undefined;
  let endFaults = [down.begin(), slow.begin()] as const;

  const start = async (): Promise<void> => {
    generation += 1;
    const { PATH = "", HOME = "" } = process.env;
    const started = spawn(process.execPath, [...options.nodeOptions, program], {
      cwd: options.workingFolder,
      env: { PATH, HOME, NODE_ENV: "production", PORT: String(port), ...options.environment(generation) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    child = started;
    const lines = createInterface({ input: started.stdout });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("An instance does not start")), startTimeout);
      const onExit = () => reject(new Error("An instance ended while it started"));
      started.once("exit", onExit);
      lines.on("line", (line) => {
        if (line.includes('"event":"listening"')) {
          clearTimeout(timer);
          started.off("exit", onExit);
          resolve();
        } else options.onLine(line);
      });
    });
    endFaults[0](100);
    endFaults[1](warmUpTime);
    void watch(started);
  };

  /** A process that does not answer a probe within a quarter of a second may miss its timeouts too. */
  const watch = async (watched: ChildProcess): Promise<void> => {
    while (watched.exitCode === null && watched.signalCode === null) {
      const before = Date.now();
      // Recorded during the probe, since others may get a response before it does.
      const timer = setInterval(() => slow.add(before - 1000, Date.now() + 2000), 250);
      // The process may be killed before it answers.
      await send({ port, agent, method: "GET", path: "/healthz", headers: {} }).catch(() => undefined);
      clearInterval(timer);
      if (Date.now() > before + 250) slow.add(before - 1000, Date.now() + 2000);
      await sleep(200);
    }
  };

  return {
    number,
    down,
    slow,
    start,
    generation: () => generation,
    killed: (which) => killedAt.get(which),
    kill: async () => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      endFaults = [down.begin(), slow.begin()];
      killedAt.set(generation, Date.now());
      child.kill("SIGKILL");
      await ended;
    },
    request: (path, headers, form) =>
      form
        ? send({
            port,
            agent,
            method: "POST",
            path,
            headers: { ...headers, ...formType },
            body: form.toString(),
          })
        : send({ port, agent, method: "GET", path, headers }),
    send: (method, path, headers, body) => send({ port, agent, method, path, headers, body }),
  };
};

interface InstanceRequest {
  readonly port: number;
  readonly agent: Agent;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly method: string;
  readonly body?: string | undefined;
}

const formType = { "Content-Type": "application/x-www-form-urlencoded" };

const send = ({ port, agent, method, path, headers, body }: InstanceRequest): Promise<InstanceResponse> =>
  new Promise((resolve, reject) => {
    const sent = request({
      host: "127.0.0.1",
      port,
      path,
      agent,
      timeout: responseTimeout,
      method,
      headers: {
        ...headers,
        Host: host,
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": host,
      },
    });
    sent.once("timeout", () => sent.destroy(new Error("no answer in time")));
    sent.once("error", reject);
    sent.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.once("error", reject);
      response.once("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          cookies: response.headers["set-cookie"] ?? [],
          text,
        }),
      );
    });
    sent.end(body);
  });
