import type { Instance } from "../instance.ts";
import type { Login, Mint, ProcessName } from "../login.ts";
import type { Moment, Trouble } from "./trouble.ts";

/** What was asked in a session, when, and what came back. */
export interface Observation {
  readonly login: Login;
  readonly instance: number;
  readonly from: Moment;
  readonly to: Moment;
  readonly answer: Answer;
}

export type Answer =
  /** A thing that viewers may read. */
  | { readonly of: "private"; readonly status: number; readonly retryAfter: boolean }
  | {
      readonly of: "whoami";
      readonly status: number;
      readonly retryAfter: boolean;
      readonly user: { readonly username: string; readonly isViewer: boolean } | null | undefined;
    }
  /** The connection broke, or was refused. */
  | { readonly of: "nothing"; readonly why: string };

/** What everybody suffers from. */
export interface Surroundings {
  /** Redis is away, or has been until a moment ago. */
  readonly redis: Trouble;
  /** By number. */
  readonly instances: readonly Pick<Instance, "down" | "slow">[];
  /** This machine has not run us for a while, and so perhaps none of the instances either. */
  readonly machine: Trouble;
  /** The provider's keys. */
  readonly keys: Trouble;
}

/** In milliseconds. A mark may go unnoticed for five seconds; the rest is for the way and for the clocks. */
const marksUnnoticed = 5300;
/** From the last byte of the provider's answer to the session's record, without trouble. */
const storing = 1500;

/** What is wrong with an answer; undefined: nothing. Remembers what the answer proves about the session. */
export const judge = (seen: Observation, around: Surroundings): string | undefined => {
  const { answer, login, from, to } = seen;
  if (answer.of === "nothing") {
    const isExcused = around.instances[seen.instance]?.down.touches(from - 100, to) ?? false;
    return isExcused ? undefined : `no answer: ${answer.why}`;
  }
  if (answer.status === 503) return judgeUnavailable(seen, around);
  const said = whoIsIt(answer);
  if (said === "nobody") return judgeNobody(login, to);
  if (said === "other") return `an unexpected answer of ${answer.status}`;
  return judgeUser(seen, said, around);
};

interface SaidUser {
  readonly username: string | undefined;
  readonly isViewer: boolean;
}

const whoIsIt = (answer: Exclude<Answer, { of: "nothing" }>): SaidUser | "nobody" | "other" => {
  if (answer.of === "whoami") {
    if (answer.status !== 200 || answer.user === undefined) return "other";
    return answer.user ?? "nobody";
  }
  if (answer.status === 401) return "nobody";
  if (answer.status !== 200 && answer.status !== 403) return "other";
  return { username: undefined, isViewer: answer.status === 200 };
};

/** In milliseconds: within it, a process revokes what it has ended, or what it got too late. */
const revoking = 15_000;
/** The last of three tries to revoke comes after this, and needs Redis, which knows who else lives on that login. */
const lastTry = 9000;
const longestRenewal = 75_000;

/** What is wrong after a logout, or after a notice, when all is over; undefined: nothing. */
export const judgeEnd = (
  { end, notice, grant }: Login,
  instances: readonly Pick<Instance, "killed" | "slow">[],
  { redis, machine }: Pick<Surroundings, "redis" | "machine">,
): string | undefined => {
  if (grant.revoked !== undefined || grant.excuse !== undefined) return undefined;
  // Where two ended it, one of them found nothing to revoke any more, whatever became of the other.
  const only = end && notice ? undefined : (end ?? notice);
  if (only?.done === undefined) return undefined;
  const isKilled = ({ instance, generation }: ProcessName, from: Moment, to: Moment) => {
    const killed = instances[instance]?.killed(generation);
    return killed !== undefined && from <= killed && killed < to;
  };
  const { by, asked, done } = only;
  if (isKilled(by, asked, done + revoking)) return undefined;
  const causes = [redis, machine, instances[by.instance]?.slow];
  if (causes.some((cause) => cause?.touches(done + lastTry, done + revoking))) return undefined;
  const last = grant.lastRedemption;
  if (last?.isLost || (last && isKilled(last.by, last.at, last.at + longestRenewal))) return undefined;
  return "a refresh token outlived its session";
};

const judgeUnavailable = (seen: Observation, around: Surroundings): string | undefined => {
  if (seen.answer.of !== "nothing" && !seen.answer.retryAfter) return "503 without Retry-After";
  return causeOf503(seen, around) === undefined ? "503 without a cause" : undefined;
};

/** Why not everybody could be served then. */
export const causeOf503 = ({ login, instance, from, to }: Observation, around: Surroundings) => {
  const causes = {
    redis: around.redis,
    provider: login.grant.trouble,
    instance: around.instances[instance]?.slow,
    machine: around.machine,
    keys: around.keys,
  };
  return Object.entries(causes).find(([, cause]) => cause?.touches(from, to))?.[0];
};

const judgeNobody = (login: Login, to: Moment): string | undefined => {
  login.foundDead = Math.min(login.foundDead ?? Number.POSITIVE_INFINITY, to);
  const { end, notice, grant } = login;
  const isEnded = [end?.asked, notice?.asked, grant.revoked].some((since = to + 1) => since <= to);
  return isEnded || grant.excuse !== undefined ? undefined : "a session was lost without a cause";
};

const judgeUser = ({ login, from, to }: Observation, said: SaidUser, around: Surroundings) => {
  const { end, notice, grant, foundDead } = login;
  if (said.username !== undefined && said.username !== grant.person.username)
    return "somebody else's session";
  if (end?.done !== undefined && end.done < from) return "a session was alive after its end";
  if (notice?.done !== undefined && notice.done < from) return "a session was alive after its notice";
  if (foundDead !== undefined && foundDead < from) return "a session came back";
  const usable = grant.mints.filter((mint) => isUsable(mint, login, { from, to }, around));
  if (usable.length === 0) return "served by a token that is too old";
  return usable.some((mint) => mint.isViewer === said.isViewer)
    ? undefined
    : "judged by roles of another time";
};

/** Whether an answer within this time may come of this id token. */
const isUsable = (
  minted: Mint,
  { grant }: Login,
  { from, to }: { readonly from: Moment; readonly to: Moment },
  around: Surroundings,
): boolean => {
  if (minted.at > to) return false;
  const stored =
    minted.delivered === undefined ? Number.POSITIVE_INFINITY : around.redis.over(minted.delivered) + storing;
  // Whoever waits for a renewal gets what it brings, old as it may be by then.
  if (from > Math.max(minted.expires, around.machine.over(stored))) return false;
  return !grant.person.marks.some((mark) => minted.at < mark.from && mark.done + marksUnnoticed < from);
};
