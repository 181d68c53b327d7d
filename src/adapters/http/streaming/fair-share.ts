import { setImmediate as turn } from "node:timers/promises";

/** Bytes that one transfer may pass on before others get their turn. */
const share = 256 * 1024;

/** Bytes of all transfers together. */
const freed = 4 * 1024 * 1024;
let passedOn = 0;

/**
 * Chunks lie outside of V8's heap, which does not see how many have been passed on and are garbage. Freed while
 * the processor's caches still hold them, they cost a third less CPU: 16 downloads have 471 to 516 MB/s and 226 MB of memory,
 * and 426 to 434 MB/s and 281 MB without (`npm run bench transfers`). Without `--expose-gc` V8 frees them when it comes to it.
 */
const freePassedOn = (): void => {
  passedOn += share;
  if (passedOn < freed) return;
  passedOn = 0;
  globalThis.gc?.({ type: "minor" });
};

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
          freePassedOn();
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
