import type { Transform } from "node:stream";

/**
 * Drives one of zlib's streams in turns: one piece goes in, all that it makes comes out, then the next. So
 * nothing piles up, and no read of the source is under way while the consumer holds the turn.
 */
export interface ZlibCoder {
  /** The piece has been used up when the generator ends. */
  push(piece: Uint8Array): AsyncGenerator<Uint8Array>;
  end(): AsyncGenerator<Uint8Array>;
  destroy(): void;
}

/** @param translate makes the stream's errors into what the caller throws. */
export const zlibCoder = (stream: Transform, translate: (error: Error) => Error): ZlibCoder => {
  let failure: Error | undefined;
  let wake = () => {};
  stream.on("error", (error) => {
    failure = translate(error);
    wake();
  });
  stream.on("readable", () => wake());
  // A file that is padded with zeros ends before its bytes do, and writes that come then are never answered.
  stream.once("end", () => wake());

  const turn = async function* (start: (done: () => void) => void): AsyncGenerator<Uint8Array> {
    let isDone = false;
    start(() => {
      isDone = true;
      wake();
    });
    for (;;) {
      if (failure) throw failure;
      const output: Buffer | null = stream.read();
      if (output !== null) yield output;
      else if (isDone || stream.readableEnded) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  };

  return {
    // The callback of a failed write comes with the error that the listener above has already.
    push: (piece) => turn((done) => void stream.write(piece, done)),
    end: () => turn((done) => void (stream.readableEnded ? done() : stream.once("end", done).end())),
    destroy: () => void stream.destroy(),
  };
};
