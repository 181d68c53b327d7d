/** How long attempts are repeated, and how long each retry waits: up to twice `pauseMs`, at random (jitter). */
export interface RetryLimits {
  /** No attempt starts later than this, except for the first. */
  readonly timeoutMs: number;
  readonly pauseMs: number;
  /** Each pause is longer than the one before by this factor. */
  readonly factor: number;
  /** So many retries start without a pause, since most conflicts are over when they are noticed. */
  readonly immediately?: number;
}

class Conflict extends Error {}

/**
 * Repeats an attempt as long as it returns "conflict": another writer was faster (optimistic concurrency), or holds the
 * lock. What an attempt throws is thrown at once.
 * @param onTimeout Returns the result when the time is up, or throws.
 */
export const retryOnConflict = async <T>(
  attempt: () => Promise<T | "conflict">,
  { timeoutMs, pauseMs, factor, immediately = 0 }: RetryLimits,
  onTimeout: () => T,
): Promise<T> => {
  const first = await attempt();
  if (first !== "conflict") return first;
  // Loaded at the first conflict, which saves memory at the start.
  const { default: pRetry } = await import("p-retry");
  const conflict = new Conflict();
  try {
    return await pRetry(
      async (attemptNumber) => {
        const result = attemptNumber === 1 ? first : await attempt();
        if (result === "conflict") throw conflict;
        return result;
      },
      {
        retries: Number.POSITIVE_INFINITY,
        maxRetryTime: timeoutMs,
        minTimeout: pauseMs,
        factor,
        randomize: true,
        shouldRetry: ({ error }) => error === conflict,
        shouldConsumeRetry: ({ attemptNumber }) => attemptNumber > immediately,
      },
    );
  } catch (error) {
    if (error === conflict) return onTimeout();
    throw error;
  }
};
