import type { Login } from "./login.ts";

/** Sessions that have ended, which are checked when their renewals in flight have ended too. */
export interface EndedSessions {
  add(login: Login): void;
  /** Checks those that ended long enough ago. */
  checkSettled(): void;
  /** Checks all others, after the faults have stopped. */
  checkAll(): void;
}

/** In milliseconds. Renewals that waited for Redis have ended by then. */
const settleTime = 90_000;

export const endedSessions = (check: (login: Login) => void): EndedSessions => {
  let pending: readonly { readonly login: Login; readonly at: number }[] = [];
  const checkBefore = (moment: number): void => {
    for (const { login, at } of pending) if (at < moment) check(login);
    pending = pending.filter(({ at }) => at >= moment);
  };
  return {
    add: (login) => {
      pending = [...pending, { login, at: Date.now() }];
    },
    checkSettled: () => checkBefore(Date.now() - settleTime),
    checkAll: () => checkBefore(Number.POSITIVE_INFINITY),
  };
};
