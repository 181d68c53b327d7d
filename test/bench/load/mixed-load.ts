import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { ClientRequest, IncomingMessage } from "node:http";
import { Agent, request } from "node:http";

/**
 * A program that sends a mix of requests, some of which are transfers that it aborts, and prints
 * `{"requests", "aborted"}`. Its argument is a file with a {@link Mix} as JSON.
 */
export interface Mix {
  readonly port: number;
  readonly requests: number;
  /** One of so many requests is an aborted transfer, downloads and uploads in turn. */
  readonly abortEvery: number;
  readonly concurrency: number;
  /** Requested in turn. */
  readonly targets: readonly Target[];
  /** A large dataset. */
  readonly download: Target;
  readonly upload: Target;
  /** What an upload sends before it is aborted, in base64. */
  readonly partialBody: string;
}

interface Target {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface MixResult {
  readonly requests: number;
  readonly aborted: number;
}

const timeoutMs = 600_000;
const agent = new Agent({ keepAlive: true });

const send = (port: number, method: string, { path, headers }: Target): ClientRequest =>
  request({ agent, host: "127.0.0.1", port, method, path, headers });

const responseTo = async (sent: ClientRequest): Promise<IncomingMessage> => {
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return answer;
};

const get = async (port: number, target: Target): Promise<void> => {
  const sent = send(port, "GET", target);
  sent.end();
  const answer = await responseTo(sent);
  answer.resume();
  await once(answer, "end");
  if (answer.statusCode !== 200) throw new Error(`${target.path} was answered ${answer.statusCode}`);
};

/** Aborts a request, which is expected to fail then. */
const abort = async (sent: ClientRequest): Promise<void> => {
  sent.on("error", () => undefined);
  const closed = new Promise((resolve) => sent.once("close", resolve));
  sent.destroy();
  await closed;
};

const abortDownload = async (port: number, target: Target): Promise<void> => {
  const sent = send(port, "GET", target);
  sent.end();
  const answer = await responseTo(sent);
  answer.on("error", () => undefined);
  await once(answer, "data");
  await abort(sent);
};

const abortUpload = async (port: number, target: Target, partialBody: Buffer): Promise<void> => {
  const sent = send(port, "PUT", target);
  await new Promise((resolve) => sent.write(partialBody, resolve));
  await abort(sent);
};

const run = async (mix: Mix): Promise<MixResult> => {
  const partialBody = Buffer.from(mix.partialBody, "base64");
  let requests = 0;
  let aborted = 0;
  const work = async (): Promise<void> => {
    while (requests < mix.requests) {
      const number = requests++;
      if (number % mix.abortEvery > 0) {
        await get(mix.port, mix.targets[number % mix.targets.length] as Target);
        continue;
      }
      if (aborted++ % 2 === 0) await abortDownload(mix.port, mix.download);
      else await abortUpload(mix.port, mix.upload, partialBody);
    }
  };
  await Promise.all(Array.from({ length: mix.concurrency }, work));
  return { requests, aborted };
};

const [, , path] = process.argv;
if (import.meta.main && path !== undefined) {
  setTimeout(() => process.exit(1), timeoutMs).unref();
  const result = await run(JSON.parse(await readFile(path, "utf8")) as Mix);
  agent.destroy();
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
