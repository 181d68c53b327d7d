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
    // A source that threw is closed. A pending one settles return() only after its next chunk (ECMA-262 section
    // 27.6.3.5), so return() is not awaited, and its failure is ignored.
    isOver = true;
    iterator.return?.().catch(() => {});
    throw error;
  } finally {
    if (!isOver) await iterator.return?.();
  }
};

const nextOrAbort = async (
  iterator: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): Promise<IteratorResult<Uint8Array>> => {
  signal.throwIfAborted();
  return unlessAborted(iterator.next(), signal);
};

/**
 * Settles as the work does, or rejects with the signal's reason once it is aborted; the work itself goes on.
 * Promise.race with one promise for a long-lived signal would retain every result for as long as the signal lives.
 */
export const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
