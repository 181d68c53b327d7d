import type { Instance } from "../instance.ts";
import type { IssuedToken, Login, ProcessName } from "../login.ts";
import type { FaultPeriods, Moment } from "./fault-periods.ts";
import type { RecordDamage } from "./kept-role.ts";

/** One request in a session, and its response. */
export interface Observation {
  readonly login: Login;
  readonly instance: number;
  readonly from: Moment;
  readonly to: Moment;
  readonly answer: SessionResponse;
}

export type SessionResponse =
  /** To a request for what viewers may read. */
  | { readonly of: "private"; readonly status: number; readonly retryAfter: boolean }
  /** The same in the group whose roles are kept here. */
  | { readonly of: "kept"; readonly status: number; readonly retryAfter: boolean }
  | {
      readonly of: "whoami";
      readonly status: number;
      readonly retryAfter: boolean;
      readonly user: { readonly username: string; readonly isViewer: boolean } | null | undefined;
    }
  /** The connection was refused or reset. */
  | { readonly of: "nothing"; readonly why: string };

/** The faults that concern more than one session. */
export interface FaultState {
  /** Redis is unavailable, or has been until a moment ago. */
  readonly redis: FaultPeriods;
  /** By number. */
  readonly instances: readonly Pick<Instance, "down" | "slow">[];
  /** This process was not scheduled for a while, and the instances perhaps were not either. */
  readonly machine: FaultPeriods;
  /** The provider's key set was rotated or faulty a moment ago. */
  readonly keys: FaultPeriods;
  /** The record of the memberships that are kept here was damaged. */
  readonly records: RecordDamage;
}

/** In milliseconds. Marks are cached for five seconds; the rest allows for latency and for clocks that differ. */
const markCacheTime = 5300;
/** In milliseconds, from the last byte of the token response to the session's record, without a fault. */
const storingTime = 1500;

/** What is wrong with a response; undefined when nothing is. Records in the login when it was first seen ended. */
export const checkResponse = (observation: Observation, faults: FaultState): string | undefined => {
  const { answer, login, from, to } = observation;
  if (answer.of === "nothing") {
    login.grant.person.keptRole?.doubt();
    const isExpected = faults.instances[observation.instance]?.down.overlaps(from - 100, to) ?? false;
    return isExpected ? undefined : `no answer: ${answer.why}`;
  }
  if (answer.status === 503) {
    login.grant.person.keptRole?.doubt();
    return checkUnavailable(observation, faults);
  }
  const user = reportedUser(answer);
  if (user === "nobody") return checkNobody(login, to);
  if (user === "other") return `an unexpected answer of ${answer.status}`;
  return checkUser(observation, user, faults);
};

interface ReportedUser {
  readonly username: string | undefined;
  readonly isViewer: boolean;
}

const reportedUser = (
  answer: Exclude<SessionResponse, { of: "nothing" }>,
): ReportedUser | "nobody" | "other" => {
  if (answer.of === "whoami") {
    if (answer.status !== 200 || answer.user === undefined) return "other";
    return answer.user ?? "nobody";
  }
  if (answer.status === 401) return "nobody";
  if (answer.status !== 200 && answer.status !== 403) return "other";
  return { username: undefined, isViewer: answer.status === 200 };
};

/** In milliseconds. Within this time a process revokes the refresh token of a session that ended. */
const revocationTime = 15_000;
/** In milliseconds. The last of three attempts is made after this, and needs Redis to see who shares the grant. */
const lastRevocationAttempt = 9000;
const maxRenewalTime = 75_000;

/** What is wrong a while after a logout or back-channel logout; undefined when nothing is. */
export const checkEnd = (
  { end, backchannelLogout, grant }: Login,
  instances: readonly Pick<Instance, "killed" | "slow">[],
  { redis, machine }: Pick<FaultState, "redis" | "machine">,
): string | undefined => {
  if (grant.revoked !== undefined || grant.allowedLoss !== undefined) return undefined;
  // Of two that ended it, one found no session to revoke, even if the other failed.
  const only = end && backchannelLogout ? undefined : (end ?? backchannelLogout);
  if (only?.done === undefined) return undefined;
  const isKilled = ({ instance, generation }: ProcessName, from: Moment, to: Moment) => {
    const killed = instances[instance]?.killed(generation);
    return killed !== undefined && from <= killed && killed < to;
  };
  const { by, requestedAt, done } = only;
  if (isKilled(by, requestedAt, done + revocationTime)) return undefined;
  const causes = [redis, machine, instances[by.instance]?.slow];
  if (causes.some((cause) => cause?.overlaps(done + lastRevocationAttempt, done + revocationTime)))
    return undefined;
  const last = grant.lastRefresh;
  if (last?.isResponseLost || (last && isKilled(last.by, last.at, last.at + maxRenewalTime)))
    return undefined;
  return "a refresh token outlived its session";
};

const checkUnavailable = (observation: Observation, faults: FaultState): string | undefined => {
  if (observation.answer.of !== "nothing" && !observation.answer.retryAfter) return "503 without Retry-After";
  return causeOf503(observation, faults) === undefined ? "503 without a cause" : undefined;
};

/** The fault that explains a 503; undefined when there was none. */
export const causeOf503 = (observation: Observation, faults: FaultState) => {
  const { login, instance, from, to, answer } = observation;
  // Whoever has a role by the provider is served, whatever else they may have. Nobody who has none is told which group
  // it is of which nothing is known.
  const isConcerned =
    answer.of === "kept" ||
    (answer.of === "private" && usableTokens(observation, faults).some((one) => !one.isViewer));
  const causes = {
    memberships: isConcerned ? faults.records.outage : undefined,
    redis: faults.redis,
    provider: login.grant.faults,
    instance: faults.instances[instance]?.slow,
    machine: faults.machine,
    keys: faults.keys,
  };
  return Object.entries(causes).find(([, cause]) => cause?.overlaps(from, to))?.[0];
};

const checkNobody = (login: Login, to: Moment): string | undefined => {
  login.endSeenAt = Math.min(login.endSeenAt ?? Number.POSITIVE_INFINITY, to);
  const { end, backchannelLogout, grant } = login;
  const isEnded = [end?.requestedAt, backchannelLogout?.requestedAt, grant.revoked].some(
    (since = to + 1) => since <= to,
  );
  return isEnded || grant.allowedLoss !== undefined ? undefined : "a session was lost without a cause";
};

const checkUser = (observation: Observation, user: ReportedUser, faults: FaultState) => {
  const { login, from, answer } = observation;
  const { end, backchannelLogout, grant, endSeenAt } = login;
  if (user.username !== undefined && user.username !== grant.person.username)
    return "somebody else's session";
  if (end?.done !== undefined && end.done < from) return "a session was alive after its end";
  if (backchannelLogout?.done !== undefined && backchannelLogout.done < from)
    return "a session was alive after its logout token";
  if (endSeenAt !== undefined && endSeenAt < from) return "a session came back";
  const usable = usableTokens(observation, faults);
  if (usable.length === 0) return "served by a token that is too old";
  if (answer.of === "kept") return checkKept(observation, user.isViewer, faults);
  return usable.some((token) => token.isViewer === user.isViewer)
    ? undefined
    : "served with roles of another time";
};

const checkKept = ({ login, instance, from, to }: Observation, isServed: boolean, faults: FaultState) => {
  const { keptRole, subject } = login.grant.person;
  if (faults.records.isKnown(from, to)) return "answered without the record of memberships";
  return keptRole?.check({ subject, instance, from, to, isServed, isAlone: false });
};

const usableTokens = ({ login, from, to }: Observation, faults: FaultState): readonly IssuedToken[] =>
  login.grant.issuedTokens.filter((token) => isUsable(token, login, { from, to }, faults));

/** Whether a response within this time may be due to this id token. */
const isUsable = (
  token: IssuedToken,
  { grant }: Login,
  { from, to }: { readonly from: Moment; readonly to: Moment },
  faults: FaultState,
): boolean => {
  if (token.at > to) return false;
  const stored =
    token.delivered === undefined
      ? Number.POSITIVE_INFINITY
      : faults.redis.endAfter(token.delivered) + storingTime;
  // A request that waits for a renewal uses its token, even if that has expired by then.
  if (from > Math.max(token.expires, faults.machine.endAfter(stored))) return false;
  return !grant.person.marks.some((mark) => token.at < mark.from && mark.done + markCacheTime < from);
};
