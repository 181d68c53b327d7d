/** A body on its way to the store, which can be stopped even while the body's next bytes do not come. */
export interface UploadSource {
  /** Takes the body's next bytes into the part, until it is full or the body has ended. Returns how many came. */
  fill(part: Uint8Array): Promise<number>;
  /** Ends a `fill` under way, and all later ones, with this error; the body is left. */
  stop(reason: unknown): void;
  /** What the body itself threw, if it did. */
  fault(): { readonly error: unknown } | undefined;
}

const nothing: Uint8Array = new Uint8Array();

export const uploadSource = (body: AsyncIterable<Uint8Array>): UploadSource => {
  const chunks = body[Symbol.asyncIterator]();
  let stopped: { readonly reason: unknown } | undefined;
  let fault: { readonly error: unknown } | undefined;
  let rest = nothing;
  // One listener at a time: racing each chunk against one long promise would hold on to all of them.
  let interrupt: (reason: unknown) => void = () => undefined;

  const next = (): Promise<IteratorResult<Uint8Array>> =>
    new Promise((resolve, reject) => {
      if (stopped) return reject(stopped.reason);
      interrupt = reject;
      chunks.next().then(resolve, (error) => {
        fault ??= { error };
        reject(error);
      });
    });

  return {
    async fill(part) {
      let filled = 0;
      while (filled < part.length) {
        if (rest.length === 0) {
          const step = await next();
          if (step.done) break;
          rest = step.value;
        }
        const taken = rest.subarray(0, part.length - filled);
        part.set(taken, filled);
        filled += taken.length;
        rest = taken.length === rest.length ? nothing : rest.subarray(taken.length);
      }
      return filled;
    },
    stop(reason) {
      if (stopped) return;
      stopped = { reason };
      interrupt(reason);
      // Not waited for: a body that waits for its client hears of it only when that goes on or away.
      chunks.return?.().catch((error: unknown) => {
        fault ??= { error };
      });
    },
    fault: () => fault,
  };
};
