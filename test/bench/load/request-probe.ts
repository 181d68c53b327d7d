import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:http";

/**
 * A program that sends requests at a constant rate, without waiting for earlier responses (an open workload), until
 * SIGTERM. Then it prints the response times in milliseconds, as a list. Its argument is a {@link Probe} as JSON.
 */
export interface Probe {
  readonly port: number;
  readonly path: string;
  /** Headers of the callers, in turn. */
  readonly callers: readonly Readonly<Record<string, string>>[];
  /** Requests per second. */
  readonly rate: number;
}

const agent = new Agent({ keepAlive: true });

const responseTime = async (
  { port, path }: Probe,
  headers: Readonly<Record<string, string>>,
): Promise<number> => {
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
  const times: Promise<number>[] = [];
  const timer = setInterval(() => {
    times.push(responseTime(probe, probe.callers[times.length % probe.callers.length] ?? {}));
  }, 1000 / probe.rate);
  process.once("SIGTERM", async () => {
    clearInterval(timer);
    process.stdout.write(`${JSON.stringify(await Promise.all(times))}\n`);
    agent.destroy();
  });
  process.stdout.write("probing\n");
}
