/** How long is retried, and how long is waited between two attempts: up to twice `pauseMs`, at random. */
export interface RetryLimits {
  /** After this no attempt begins. There is always one. */
  readonly timeoutMs: number;
  readonly pauseMs: number;
  /** By how much each pause is longer than the one before; 1: by nothing. */
  readonly factor: number;
  /** So many retries come at once, since most conflicts are over when they are noticed. */
  readonly immediately?: number;
}

class Conflict extends Error {}

/**
 * Repeats an attempt as long as it answers "again", since somebody else was first (optimistic concurrency), or has
 * the lease. What an attempt throws is thrown at once.
 * @param onTimeout What it means that the time is over: an answer, or an error that it throws.
 */
export const retryOnConflict = async <T>(
  attempt: () => Promise<T | "again">,
  { timeoutMs, pauseMs, factor, immediately = 0 }: RetryLimits,
  onTimeout: () => T,
): Promise<T> => {
  const first = await attempt();
  if (first !== "again") return first;
  // Loaded at the first conflict, which keeps it out of the memory of an instance that starts.
  const { default: pRetry } = await import("p-retry");
  const conflict = new Conflict();
  try {
    return await pRetry(
      async (attemptNumber) => {
        const answer = attemptNumber === 1 ? first : await attempt();
        if (answer === "again") throw conflict;
        return answer;
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
