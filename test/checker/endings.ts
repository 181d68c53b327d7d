import type { Login } from "./login.ts";

/** Sessions that have ended, until all is over: renewals that were under way included. */
export interface Endings {
  add(login: Login): void;
  /** Judges those whose end is long enough ago. */
  judgeOld(): void;
  /** Judges all others, in calm. */
  judgeAll(): void;
}

/** In milliseconds: by then a renewal that waited for Redis has come to an end. */
const settled = 90_000;

export const endings = (judge: (login: Login) => void): Endings => {
  let unjudged: readonly { readonly login: Login; readonly at: number }[] = [];
  const judgeBefore = (moment: number): void => {
    for (const { login, at } of unjudged) if (at < moment) judge(login);
    unjudged = unjudged.filter(({ at }) => at >= moment);
  };
  return {
    add: (login) => {
      unjudged = [...unjudged, { login, at: Date.now() }];
    },
    judgeOld: () => judgeBefore(Date.now() - settled),
    judgeAll: () => judgeBefore(Number.POSITIVE_INFINITY),
  };
};
