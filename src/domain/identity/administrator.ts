import type { Failure } from "../failure.ts";
import { LoginRequired, NotAllowed } from "../failure.ts";
import type { Caller } from "./caller.ts";
import type { User } from "./user.ts";

const onlyAdministrators =
  "Only administrators may do this: the people whom the settings ADMINISTRATORS and ADMINISTRATOR_GROUPS name.";

const boundToAnother =
  "Your username is an administrator's, but it was bound to another person, who came first. Whoever runs the server can remove that record (administrators).";

/** The administrator, or why the caller is none. In doubt it is the outage. */
export const administratorOf = (caller: Caller): User | Failure => {
  if (caller.kind === "anonymous") return new LoginRequired();
  if (caller.kind === "unverified") return caller.cause;
  const { isAdministrator } = caller.user;
  if (isAdministrator === true) return caller.user;
  if (isAdministrator === undefined) return new NotAllowed(onlyAdministrators);
  return isAdministrator === "another-person" ? new NotAllowed(boundToAnother) : isAdministrator;
};
