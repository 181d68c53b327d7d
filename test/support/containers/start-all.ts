interface Closable {
  close(): Promise<void>;
}

export interface StartedGroup<T> {
  /** In the order of the starters. */
  readonly started: readonly T[];
  /** Runs a next step, and closes all of them if that fails. */
  orClose<R>(next: () => Promise<R>): Promise<R>;
  close(): Promise<void>;
}

/** Starts several services concurrently; if one of them fails to start, closes the others. */
export const startAll = async <T extends Closable>(
  starters: readonly (() => Promise<T>)[],
): Promise<StartedGroup<T>> => {
  const results = await Promise.allSettled(starters.map((start) => start()));
  const started = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const close = async () => {
    await Promise.all(started.map((one) => one.close()));
  };
  const failed = results.find((result) => result.status === "rejected");
  if (failed) {
    await close();
    throw failed.reason;
  }
  const orClose = async <R>(next: () => Promise<R>): Promise<R> => {
    try {
      return await next();
    } catch (error) {
      await close();
      throw error;
    }
  };
  return { started, orClose, close };
};
