import { Readable } from "node:stream";

/** A body on its way to the store, which can be stopped even while the body's next bytes do not come. */
export interface UploadSource {
  readonly stream: Readable;
  /** Ends the stream with this error; the body is left. */
  stop(reason: unknown): void;
  /** What the body itself threw, if it did. */
  fault(): { readonly error: unknown } | undefined;
}

export const uploadSource = (body: AsyncIterable<Uint8Array>): UploadSource => {
  const chunks = body[Symbol.asyncIterator]();
  let stopped: { readonly reason: unknown } | undefined;
  let fault: { readonly error: unknown } | undefined;
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

  async function* read(): AsyncGenerator<Uint8Array> {
    for (let step = await next(); !step.done; step = await next()) yield step.value;
  }

  return {
    stream: Readable.from(read(), { objectMode: true, highWaterMark: 1 }),
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
