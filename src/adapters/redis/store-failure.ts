import { ReplyError } from "ioredis";
import { isFailure, StoreDown } from "../../domain/failure.ts";

/**
 * ioredis attaches the command and its arguments to errors, and Redis repeats the arguments of unknown commands. Both
 * are removed, so that no password or session gets into the log.
 */
const sanitized = (error: Error): Error => {
  const cause = new Error(error.message.split(", with args beginning")[0]);
  cause.name = error.name;
  if ("code" in error) Object.assign(cause, { code: error.code });
  return cause;
};

/** The error code that Redis' reply begins with, such as `READONLY`, `OOM`, `LOADING` or `NOPERM`. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && error instanceof ReplyError ? /^[A-Z]+/.exec(error.message)?.[0] : undefined;

/** Maps every error to StoreDown, except for domain failures and programming errors. */
export const asStoreDown = (error: unknown): Error => {
  if (isFailure(error) || error instanceof TypeError || error instanceof RangeError) return error;
  return new StoreDown({ cause: error instanceof Error ? sanitized(error) : error });
};
