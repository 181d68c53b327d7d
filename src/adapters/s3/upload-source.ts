/** Reads an upload's body part by part; it can be stopped while it waits for the body's next bytes. */
export interface UploadSource {
  /** Reads the body into the part until that is full or the body has ended. Returns the number of bytes read. */
  fill(part: Uint8Array): Promise<number>;
  /** Rejects a pending `fill` and all later ones with this reason, and closes the body. */
  stop(reason: unknown): void;
  /** The error that the body itself has thrown, if any. */
  bodyError(): { readonly error: unknown } | undefined;
}

const empty: Uint8Array = new Uint8Array();

export const uploadSource = (body: AsyncIterable<Uint8Array>): UploadSource => {
  const chunks = body[Symbol.asyncIterator]();
  let stopped: { readonly reason: unknown } | undefined;
  let bodyError: { readonly error: unknown } | undefined;
  let remaining = empty;
  // Rejects the pending read. Racing each chunk against one long-lived promise would keep every chunk in memory.
  let interrupt: (reason: unknown) => void = () => undefined;

  const next = (): Promise<IteratorResult<Uint8Array>> =>
    new Promise((resolve, reject) => {
      if (stopped) return reject(stopped.reason);
      interrupt = reject;
      chunks.next().then(resolve, (error) => {
        bodyError ??= { error };
        reject(error);
      });
    });

  return {
    async fill(part) {
      let filled = 0;
      while (filled < part.length) {
        if (remaining.length === 0) {
          const result = await next();
          if (result.done) break;
          remaining = result.value;
        }
        const copied = remaining.subarray(0, part.length - filled);
        part.set(copied, filled);
        filled += copied.length;
        remaining = copied.length === remaining.length ? empty : remaining.subarray(copied.length);
      }
      return filled;
    },
    stop(reason) {
      if (stopped) return;
      stopped = { reason };
      interrupt(reason);
      // This is not awaited: a body that waits for its client returns only when the client sends more or disconnects.
      chunks.return?.().catch((error: unknown) => {
        bodyError ??= { error };
      });
    },
    bodyError: () => bodyError,
  };
};
