interface Closable {
  close(): Promise<void>;
}

export interface StartedGroup<T> {
  /** The started parts, in the order of their starters. */
  readonly started: readonly T[];
  /** Runs further steps, and closes all parts if one fails. */
  orClose<R>(next: () => Promise<R>): Promise<R>;
  close(): Promise<void>;
}

/** Starts several parts concurrently. If one of them does not start, the others are closed. */
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
