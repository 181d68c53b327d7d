import { setImmediate as turn } from "node:timers/promises";

/** Bytes that one transfer may pass on before others get their turn. */
const share = 256 * 1024;

/**
 * The same chunks, with a pause for everybody else's requests now and then. Without it Node reads up to 2 MB
 * from a socket at a time while there is more and its reader keeps up: 16 fast downloads made all others
 * wait for half a second (`npm run bench transfers`). No generator, since leaving one that never began would
 * not leave the body.
 */
export const inShares = (body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => {
    const chunks = body[Symbol.asyncIterator]();
    let passed = 0;
    return {
      next: async () => {
        if (passed >= share) {
          passed = 0;
          await turn();
        }
        const step = await chunks.next();
        if (!step.done) passed += step.value.length;
        return step;
      },
      return: async () => {
        await chunks.return?.();
        return { done: true, value: undefined };
      },
    };
  },
});
