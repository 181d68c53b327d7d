import { LoginRequired } from "../../../domain/failure.ts";
import type { Caller } from "../../../domain/identity/caller.ts";
import type { User } from "../../../domain/identity/user.ts";

/** Throws LoginRequired, or the outage because of which the caller is unverified. */
export const requireUser = (caller: Caller): User => {
  if (caller.kind === "anonymous") throw new LoginRequired();
  if (caller.kind === "unverified") throw caller.cause;
  return caller.user;
};
