import { StoreDown } from "../../domain/failure.ts";
import type { S3Connection } from "./connection.ts";
import { asStoreDown } from "./store-failure.ts";

/**
 * Waits for one answer of the store, retries included, and for no longer than the signal and the limit allow.
 * Throws the signal's reason, StoreDown, or what `translate` lets pass.
 */
export const answerOf = async <T>(
  { timeout }: Pick<S3Connection, "timeout">,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
  translate: (error: unknown) => unknown = asStoreDown,
): Promise<T> => {
  signal.throwIfAborted();
  const stop = new AbortController();
  let giveUp: (reason: unknown) => void = () => undefined;
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  const end = (reason: unknown) => {
    // First the reason, then the abort: the SDK knows abortions only as such, not what they are for.
    giveUp(reason);
    stop.abort();
  };
  const onAbort = () => end(signal.reason);
  const timer = setTimeout(
    () => end(new StoreDown({ cause: new Error("The store did not answer in time.") })),
    timeout * 1000,
  );
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([ask(stop.signal), givenUp]);
  } catch (error) {
    throw signal.aborted ? signal.reason : translate(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
};
