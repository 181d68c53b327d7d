import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { ClientRequest, IncomingMessage } from "node:http";
import { Agent, request } from "node:http";

/**
 * A program that asks for this and that, some of it in transfers that it breaks off half way, and prints
 * `{"requests", "aborted"}`. Its argument is a file with a {@link Mix} as JSON.
 */
export interface Mix {
  readonly port: number;
  readonly requests: number;
  /** Every so many requests one is a transfer that is broken off: an upload, a download, and so on. */
  readonly abortEvery: number;
  readonly atOnce: number;
  /** Taken in turns. */
  readonly asked: readonly { readonly path: string; readonly headers: Readonly<Record<string, string>> }[];
  /** Large. */
  readonly download: { readonly path: string; readonly headers: Readonly<Record<string, string>> };
  readonly upload: { readonly path: string; readonly headers: Readonly<Record<string, string>> };
  /** In base64; what an upload sends before it is broken off. */
  readonly beginning: string;
}

export interface MixResult {
  readonly requests: number;
  readonly aborted: number;
}

const timeoutMs = 600_000;
const agent = new Agent({ keepAlive: true });

type Target = Mix["download"];

const begin = (port: number, method: string, { path, headers }: Target): ClientRequest =>
  request({ agent, host: "127.0.0.1", port, method, path, headers });

const answerOf = async (sent: ClientRequest): Promise<IncomingMessage> => {
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return answer;
};

const ask = async (port: number, target: Target): Promise<void> => {
  const sent = begin(port, "GET", target);
  sent.end();
  const answer = await answerOf(sent);
  answer.resume();
  await once(answer, "end");
  if (answer.statusCode !== 200) throw new Error(`${target.path} was answered ${answer.statusCode}`);
};

/** Breaks off; what the connection's end makes of the request is of no interest. */
const leave = async (sent: ClientRequest): Promise<void> => {
  sent.on("error", () => undefined);
  const closed = new Promise((resolve) => sent.once("close", resolve));
  sent.destroy();
  await closed;
};

const breakOffDownload = async (port: number, target: Target): Promise<void> => {
  const sent = begin(port, "GET", target);
  sent.end();
  const answer = await answerOf(sent);
  answer.on("error", () => undefined);
  await once(answer, "data");
  await leave(sent);
};

const breakOffUpload = async (port: number, target: Target, beginning: Buffer): Promise<void> => {
  const sent = begin(port, "PUT", target);
  await new Promise((resolve) => sent.write(beginning, resolve));
  await leave(sent);
};

const run = async (mix: Mix): Promise<MixResult> => {
  const beginning = Buffer.from(mix.beginning, "base64");
  let begun = 0;
  let aborted = 0;
  const work = async (): Promise<void> => {
    while (begun < mix.requests) {
      const number = begun++;
      if (number % mix.abortEvery > 0) {
        await ask(mix.port, mix.asked[number % mix.asked.length] as Target);
        continue;
      }
      if (aborted++ % 2 === 0) await breakOffDownload(mix.port, mix.download);
      else await breakOffUpload(mix.port, mix.upload, beginning);
    }
  };
  await Promise.all(Array.from({ length: mix.atOnce }, work));
  return { requests: begun, aborted };
};

const [, , path] = process.argv;
if (import.meta.main && path !== undefined) {
  setTimeout(() => process.exit(1), timeoutMs).unref();
  const result = await run(JSON.parse(await readFile(path, "utf8")) as Mix);
  agent.destroy();
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
