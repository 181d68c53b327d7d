import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:http";

/**
 * A program that asks at a steady rate, whether or not earlier answers have come, until it is told to end;
 * then it prints how long the answers took, in milliseconds, as a list. Its argument is a {@link Probe} as JSON.
 */
export interface Probe {
  readonly port: number;
  readonly path: string;
  /** Taken in turns. */
  readonly callers: readonly Readonly<Record<string, string>>[];
  readonly perSecond: number;
}

const agent = new Agent({ keepAlive: true });

const ask = async ({ port, path }: Probe, headers: Readonly<Record<string, string>>): Promise<number> => {
  const began = performance.now();
  const sent = request({ agent, host: "127.0.0.1", port, path, headers });
  sent.end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.resume();
  await once(answer, "end");
  if (answer.statusCode !== 200) throw new Error(`${path} was answered ${answer.statusCode}`);
  return performance.now() - began;
};

const [, , argument] = process.argv;
if (argument !== undefined) {
  const probe = JSON.parse(argument) as Probe;
  const asked: Promise<number>[] = [];
  const timer = setInterval(() => {
    asked.push(ask(probe, probe.callers[asked.length % probe.callers.length] ?? {}));
  }, 1000 / probe.perSecond);
  process.once("SIGTERM", async () => {
    clearInterval(timer);
    process.stdout.write(`${JSON.stringify(await Promise.all(asked))}\n`);
    agent.destroy();
  });
  process.stdout.write("asking\n");
}
