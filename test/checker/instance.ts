import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Trouble } from "./model/trouble.ts";
import { trouble } from "./model/trouble.ts";

const program = fileURLToPath(new URL("../../server.js", import.meta.url));

/** The public name of all instances, as a proxy in front of them would say it. */
export const host = "lab.example";

export interface Asked {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly cookies: readonly string[];
  readonly text: string;
}

/** A process of the real program, that is killed and started again. */
export interface Instance {
  readonly number: number;
  /** How often it was started. */
  generation(): number;
  /** When the process of that generation was killed; undefined: it was not. */
  killed(generation: number): number | undefined;
  /** It is dead, or starting. */
  readonly down: Trouble;
  /** It is dead, or new and still compiling itself, or the machine does not run it. */
  readonly slow: Trouble;
  start(): Promise<void>;
  /** As `kill -9`. Returns when it is dead. */
  kill(): Promise<void>;
  /** GET, or POST of a form. Rejects when no whole answer comes. */
  ask(path: string, headers: Readonly<Record<string, string>>, form?: URLSearchParams): Promise<Asked>;
}

export interface InstanceOptions {
  readonly number: number;
  readonly port: number;
  readonly workingFolder: string;
  readonly nodeOptions: readonly string[];
  readonly environment: (generation: number) => Readonly<Record<string, string>>;
  /** Each line that it logs. */
  readonly onLine: (line: string) => void;
}

/** In milliseconds. */
const longestStart = 60_000;
const longestAnswer = 25_000;
const compiling = 4000;

export const instance = (options: InstanceOptions): Instance => {
  const { number, port } = options;
  const [down, slow] = [trouble(), trouble()];
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });
  const deaths = new Map<number, number>();
  let generation = 0;
  let child: ChildProcess | undefined;
  let ends = [down.begin(), slow.begin()] as const;

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
      const late = setTimeout(() => reject(new Error("An instance does not start")), longestStart);
      const died = () => reject(new Error("An instance ended while it started"));
      started.once("exit", died);
      lines.on("line", (line) => {
        if (line.includes('"event":"listening"')) {
          clearTimeout(late);
          started.off("exit", died);
          resolve();
        } else options.onLine(line);
      });
    });
    ends[0](100);
    ends[1](compiling);
    void watch(started);
  };

  /** Who cannot say that it lives within a quarter of a second misses its time limits too. */
  const watch = async (watched: ChildProcess): Promise<void> => {
    while (watched.exitCode === null && watched.signalCode === null) {
      const before = Date.now();
      // Whoever else waits for it may hear of it before this does.
      const late = setInterval(() => slow.add(before - 1000, Date.now() + 2000), 250);
      // It may be killed before it answers.
      await send({ port, agent, path: "/healthz", headers: {}, form: undefined }).catch(() => undefined);
      clearInterval(late);
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
    killed: (which) => deaths.get(which),
    kill: async () => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      ends = [down.begin(), slow.begin()];
      deaths.set(generation, Date.now());
      child.kill("SIGKILL");
      await ended;
    },
    ask: (path, headers, form) => send({ port, agent, path, headers, form }),
  };
};

interface Sent {
  readonly port: number;
  readonly agent: Agent;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly form: URLSearchParams | undefined;
}

const formType = { "Content-Type": "application/x-www-form-urlencoded" };

const send = ({ port, agent, path, headers, form }: Sent): Promise<Asked> =>
  new Promise((resolve, reject) => {
    const sent = request({
      host: "127.0.0.1",
      port,
      path,
      agent,
      timeout: longestAnswer,
      method: form ? "POST" : "GET",
      headers: {
        ...headers,
        ...(form ? formType : {}),
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
    sent.end(form?.toString());
  });
