import type { Transform } from "node:stream";

/**
 * Pull-based wrapper of a zlib stream: after each chunk that is written, all resulting output is yielded before the
 * next write. This bounds memory to one chunk, and never reads ahead of the consumer.
 */
export interface ZlibCodec {
  /** Yields the output for a chunk. The chunk has been consumed when the generator ends. */
  push(chunk: Uint8Array): AsyncGenerator<Uint8Array>;
  /** Flushes: yields the remaining output. */
  end(): AsyncGenerator<Uint8Array>;
  destroy(): void;
}

/** @param mapError Maps an error of the stream to the error that the generators throw. */
export const zlibCodec = (stream: Transform, mapError: (error: Error) => Error): ZlibCodec => {
  let failure: Error | undefined;
  let notify = () => {};
  stream.on("error", (error) => {
    failure = mapError(error);
    notify();
  });
  stream.on("readable", () => notify());
  // gunzip ends at zero padding, before its input does, and never calls back for writes after that.
  stream.once("end", () => notify());

  const drive = async function* (start: (done: () => void) => void): AsyncGenerator<Uint8Array> {
    let isDone = false;
    start(() => {
      isDone = true;
      notify();
    });
    for (;;) {
      if (failure) throw failure;
      const output: Buffer | null = stream.read();
      if (output !== null) yield output;
      else if (isDone || stream.readableEnded) return;
      else await new Promise<void>((resolve) => (notify = resolve));
    }
  };

  return {
    // A failed write calls back with the same error that the listener above has received.
    push: (chunk) => drive((done) => void stream.write(chunk, done)),
    end: () => drive((done) => void (stream.readableEnded ? done() : stream.once("end", done).end())),
    destroy: () => void stream.destroy(),
  };
};
