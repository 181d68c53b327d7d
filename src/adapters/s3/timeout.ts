import { StoreDown } from "../../domain/failure.ts";
import type { S3Connection } from "./connection.ts";
import { asStoreDown } from "./store-failure.ts";

/**
 * Sends a request and waits for its response, retries included, until the connection's timeout or the signal's abort.
 * Throws StoreDown on a timeout, the signal's reason on an abort, and otherwise what `mapError` makes of the error.
 */
export const withTimeout = async <T>(
  { timeout }: Pick<S3Connection, "timeout">,
  signal: AbortSignal,
  send: (signal: AbortSignal) => Promise<T>,
  mapError: (error: unknown) => unknown = asStoreDown,
): Promise<T> => {
  signal.throwIfAborted();
  const controller = new AbortController();
  const { promise: cancelled, reject } = Promise.withResolvers<never>();
  const cancel = (reason: unknown) => {
    // Before the abort, since the SDK rejects with an AbortError of its own, which does not say why.
    reject(reason);
    controller.abort();
  };
  const onAbort = () => cancel(signal.reason);
  const timer = setTimeout(
    () => cancel(new StoreDown({ cause: new Error("The store did not answer in time.") })),
    timeout * 1000,
  );
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([send(controller.signal), cancelled]);
  } catch (error) {
    throw signal.aborted ? signal.reason : mapError(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
};
