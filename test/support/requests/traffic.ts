import type { TransferClient } from "./transfer.ts";
import { datasetChunks } from "./transfer.ts";

/** Concurrent readers and uploaders, each of which repeats its request as soon as it is answered (closed workload). */
export const startTraffic = (client: TransferClient, name: string) => {
  const failures: string[] = [];
  let [done, isStopping] = [0, false];
  const repeat = async (what: string, request: () => Promise<number>, expected: number) => {
    while (!isStopping) {
      const outcome = await request().catch((error: unknown) => String(error));
      if (outcome !== expected) failures.push(`${what}: ${outcome}`);
      done += 1;
    }
  };
  const read = async () => (await client.download("/groups/blab/steady")).status;
  const write = (number: number) => () => client.upload(`/groups/blab/${name}/${number}`, datasetChunks(1));
  const run = async () => {
    await client.upload("/groups/blab/steady", datasetChunks(1));
    await Promise.all([
      ...[1, 2, 3, 4].map(() => repeat("reading", read, 200)),
      ...[1, 2, 3].map((number) => repeat("uploading", write(number), 204)),
    ]);
  };
  const running = run();
  return {
    end: async () => {
      isStopping = true;
      await running;
      return { failures, done };
    },
  };
};
