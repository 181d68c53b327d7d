/**
 * Requests a second for `/whoami`, by nobody, with a Bearer token and with a session cookie, beside what bare
 * Koa can do with and without one GETEX to the same Redis; taken in turns, medians of the rounds. The load
 * comes from a process of its own. Usage: node test/bench/whoami.ts [requests] [rounds]
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ask } from "../support/requests/http.ts";
import { startSite } from "./load/groups-site.ts";
import { limits, median } from "./load/limits.ts";
import type { MeasuredProcess } from "./load/measured-process.ts";
import { startProcess } from "./load/measured-process.ts";
import type { Load, LoadResult } from "./load/request-load.ts";

const requests = Number(process.argv[2] ?? 20_000);
const rounds = Number(process.argv[3] ?? 5);
const connections = 32;
const share = 0.6;
const megabytes = 200;

const file = (name: string) => fileURLToPath(new URL(`./load/${name}.ts`, import.meta.url));

const send = async (load: Load): Promise<LoadResult> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    file("request-load"),
    JSON.stringify(load),
  ]);
  return JSON.parse(stdout) as LoadResult;
};

interface Subject {
  readonly what: string;
  readonly process: MeasuredProcess;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly holds: string;
}

const site = await startSite();
const json = { Accept: "application/json", "Accept-Encoding": "gzip, deflate" };
try {
  const own = (what: string, who: keyof typeof site.headers, holds: string): Subject => {
    const headers = { ...site.headers[who], ...json };
    return { what, process: site.server, port: site.port, path: "/whoami", headers, holds };
  };
  const { headers } = own("", "cookie", "");
  const answer = await ask(`http://127.0.0.1:${site.port}`, {
    path: "/whoami",
    headers: { ...headers, "Accept-Encoding": "identity" },
  });
  const record = await site.sessionKey();
  const koa = await startProcess({
    program: file("bare-koa"),
    args: [answer.text, site.redis.url, record],
    environment: { NODE_ENV: "production" },
    workingFolder: site.folder,
    outputFile: join(site.folder, "koa.log"),
    ready: "\nready\n",
  });
  const ports = () => Array.from(koa.output().matchAll(/port (\d+)/g), ([, port]) => Number(port));
  const floor = (what: string, path: string, index = 0, more = {}): Subject => {
    const headers = { Host: "groups.example.org", ...json, ...more };
    return { what, process: koa, port: ports()[index] ?? 0, path, headers, holds: '"alice"' };
  };
  const subjects = {
    koa: floor("bare Koa", "/"),
    libraries: floor("its libraries alone", "/", 1),
    dutiful: floor("the least, with Bearer", "/", 2, { Authorization: site.headers.bearer["Authorization"] }),
    anonymous: own("anonymous", "anonymous", '"user":null'),
    bearer: own("Bearer", "bearer", '"alice"'),
    getex: floor("bare Koa and one GETEX", "/redis"),
    session: floor("its libraries, with session", "/", 1, { Cookie: "session=0123456789abcdef" }),
    dutifulSession: floor("the least, with session", "/", 2, { Cookie: "session=0123456789abcdef" }),
    cookie: own("session cookie", "cookie", '"alice"'),
  };
  const rates = new Map<string, number[]>();
  const round = async ({ what, process, port, path, headers, holds }: Subject, count: number) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const request = `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
    const before = await process.cpu();
    const { seconds, answers } = await send({
      port,
      request,
      connections,
      requests: count,
      begins: "HTTP/1.1 200",
      holds,
    });
    if (answers !== count) throw new Error(`${what}: ${answers} answers to ${count} requests`);
    return { rate: answers / seconds, cpu: ((await process.cpu()) - before) / answers };
  };
  try {
    console.log(
      `answer of ${answer.bytes.length} bytes, ${connections} connections, ${rounds} rounds of ${requests} requests each`,
    );
    // The compiler has seen all of it before anything counts.
    for (const subject of Object.values(subjects)) await round(subject, requests);
    for (let done = 0; done < rounds; done++) {
      for (const [name, subject] of Object.entries(subjects)) {
        const { rate, cpu } = await round(subject, requests);
        rates.set(name, [...(rates.get(name) ?? []), rate]);
        console.log(
          `${subject.what.padEnd(28)} ${rate.toFixed(0).padStart(6)} a second, ${(cpu * 1e6).toFixed(0)} µs of CPU each`,
        );
      }
    }
  } finally {
    await koa.stop();
  }
  const rate = (name: keyof typeof subjects) => median(rates.get(name) ?? []);
  // No limits: what nothing of ours could be faster than.
  console.log(`the libraries alone, of bare Koa: ${(rate("libraries") / rate("koa")).toFixed(2)} times`);
  console.log(
    `the libraries alone, of bare Koa and one GETEX: ${(rate("session") / rate("getex")).toFixed(2)} times`,
  );
  console.log(
    `the least for a Bearer token, of bare Koa: ${(rate("dutiful") / rate("koa")).toFixed(2)} times`,
  );
  console.log(
    `the least for a session, of bare Koa and one GETEX: ${(rate("dutifulSession") / rate("getex")).toFixed(2)} times`,
  );
  limits.atLeast("anonymous, of bare Koa", rate("anonymous") / rate("koa"), share, "times");
  limits.atLeast("Bearer, of bare Koa", rate("bearer") / rate("koa"), share, "times");
  limits.atLeast("session cookie, of bare Koa and one GETEX", rate("cookie") / rate("getex"), share, "times");
  limits.atMost("resident memory after the run", (await site.server.residentMemory()) / 1e6, megabytes, "MB");
} finally {
  await site.close();
}
