/** Passes a stream on, and stops with the signal's reason even while its source is silent. */
export const abortable = async function* (
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      const next = await nextOrAbort(iterator, signal);
      if (next.done) break;
      yield next.value;
    }
    isOver = true;
  } catch (error) {
    // A source that fails is over. One that is silent answers return() only when it speaks again (ECMA-262
    // section 27.6.3.5): nobody waits for it, and nobody is left to hear of its failing.
    isOver = true;
    iterator.return?.().catch(() => {});
    throw error;
  } finally {
    if (!isOver) await iterator.return?.();
  }
};

/** Not Promise.race against one promise for the whole stream: that would keep every piece until the end. */
const nextOrAbort = (
  iterator: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): Promise<IteratorResult<Uint8Array>> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", onAbort));
  });
