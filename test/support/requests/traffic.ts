import type { TransferClient } from "./transfer.ts";
import { datasetPieces } from "./transfer.ts";

/** Concurrent readers and uploaders, each of which sends its next request as soon as one is answered. */
export const startTraffic = (client: TransferClient, name: string) => {
  const failures: string[] = [];
  let [done, isOver] = [0, false];
  const repeat = async (what: string, once: () => Promise<number>, expected: number) => {
    while (!isOver) {
      const outcome = await once().catch((error: unknown) => String(error));
      if (outcome !== expected) failures.push(`${what}: ${outcome}`);
      done += 1;
    }
  };
  const read = async () => (await client.download("/groups/blab/steady")).status;
  const write = (number: number) => () => client.upload(`/groups/blab/${name}/${number}`, datasetPieces(1));
  const under = async () => {
    await client.upload("/groups/blab/steady", datasetPieces(1));
    await Promise.all([
      ...[1, 2, 3, 4].map(() => repeat("reading", read, 200)),
      ...[1, 2, 3].map((number) => repeat("uploading", write(number), 204)),
    ]);
  };
  const running = under();
  return {
    end: async () => {
      isOver = true;
      await running;
      return { failures, done };
    },
  };
};
