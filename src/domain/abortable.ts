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

const nextOrAbort = async (
  iterator: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): Promise<IteratorResult<Uint8Array>> => {
  signal.throwIfAborted();
  return unlessAborted(iterator.next(), signal);
};

/**
 * What comes of some work, or the signal's reason as soon as it is aborted; the work itself goes on. Not Promise.race
 * against one promise for all that a signal is about: that would keep every result until its end.
 */
export const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
