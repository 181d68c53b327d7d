/** The next chunk, or the signal's reason if that comes first. */
const nextUnlessAborted = <T>(iterator: AsyncIterator<T>, signal: AbortSignal): Promise<IteratorResult<T>> =>
  new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", stop));
  });

/** A stream that ends with the signal's reason when it is aborted, also while its source keeps us waiting. */
export async function* interruptible<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  signal.throwIfAborted();
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const step = await nextUnlessAborted(iterator, signal);
      ended = step.done === true;
      if (step.done) return;
      yield step.value;
    }
  } catch (error) {
    // A source that threw is over. One that keeps us waiting would not answer `return()` either: do not wait.
    ended = !signal.aborted;
    throw error;
  } finally {
    if (!ended) iterator.return?.().catch(() => undefined);
  }
}
