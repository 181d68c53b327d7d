import { ReplyError } from "ioredis";
import { isFailure, StoreDown } from "../../domain/failure.ts";

/**
 * The library hangs the command with all its arguments on its errors, and Redis repeats those of commands
 * it does not know: passwords and sessions would end in the log. The text alone goes on, cut off there.
 */
const causeOf = (error: Error): Error => {
  const cause = new Error(error.message.split(", with args beginning")[0]);
  cause.name = error.name;
  if ("code" in error) Object.assign(cause, { code: error.code });
  return cause;
};

/** The word that Redis begins an error with: `READONLY`, `OOM`, `LOADING`, `NOPERM`. */
export const replyCode = (error: unknown): string | undefined =>
  error instanceof Error && error instanceof ReplyError ? /^[A-Z]+/.exec(error.message)?.[0] : undefined;

/** All that keeps Redis from doing its part is StoreDown; a fault of our own passes as it is. */
export const asStoreDown = (error: unknown): Error => {
  if (isFailure(error) || error instanceof TypeError || error instanceof RangeError) return error;
  return new StoreDown({ cause: error instanceof Error ? causeOf(error) : error });
};
