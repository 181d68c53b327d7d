import type { FaultState, Observation } from "./model/check-response.ts";
import { causeOf503 } from "./model/check-response.ts";

export interface Report {
  readonly seed: number;
  readonly seconds: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Number of responses by status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly violations: number;
  readonly firstViolations: readonly string[];
}

const maxReported = 30;

/** Describes a violation, with what is needed to find its cause. */
export const describeViolation = (
  wrong: string,
  { login, instance: number, from, to, answer }: Observation,
): string => {
  const { person, id, revoked, issuedTokens, allowedLoss } = login.grant;
  const facts = {
    answer,
    instance: number,
    from,
    to,
    grant: id,
    revoked,
    allowedLoss,
    end: login.end,
    backchannelLogout: login.backchannelLogout,
  };
  return `${wrong}: ${person.username} ${JSON.stringify({ ...facts, endSeenAt: login.endSeenAt, issuedTokens: issuedTokens.slice(-3), marks: person.marks.slice(-3) })}`;
};

/** Counts observations and violations. */
export const newReport = (
  began: number,
  { seed, progress }: { readonly seed: number; readonly progress?: (line: string) => void },
) => {
  const counts = {
    logins: 0,
    logouts: 0,
    requests: 0,
    endedSessionRequests: 0,
    ends: 0,
    kills: 0,
    redisRestarts: 0,
    roleChanges: 0,
    marks: 0,
    withdrawals: 0,
    damaged: 0,
    logoutTokens: 0,
    logoutTokensAcceptedAtOnce: 0,
    logoutTokensDeferred: 0,
    forgedLogoutTokens: 0,
    grants: 0,
    takenBack: 0,
    ended: 0,
    newcomers: 0,
    newcomersServed: 0,
    memberRequests: 0,
    damagedRecords: 0,
    lagSeconds: 0,
  };
  const statuses: Record<string, number> = {};
  const firstViolations: string[] = [];
  let violations = 0;
  const violation = (what: string): void => {
    violations += 1;
    if (firstViolations.length >= maxReported) return;
    const line = `${((Date.now() - began) / 1000).toFixed(1)} s: ${what}`;
    firstViolations.push(line);
    progress?.(`VIOLATION at ${line}`);
  };
  return {
    counts,
    violation,
    isBroken: () => violations > 0,
    count: (observation: Observation, faults: FaultState) => {
      const { answer } = observation;
      const status = answer.of === "nothing" ? "none" : String(answer.status);
      const name = status === "503" ? `503 (${causeOf503(observation, faults) ?? "?"})` : status;
      statuses[name] = (statuses[name] ?? 0) + 1;
    },
    /** A line that is no JSON, or reports an unexpected error, is a violation whatever the responses were. */
    readLine: (line: string): void => {
      if (line.includes('"code":"fault"') || !line.startsWith("{")) violation(`logged: ${line}`);
    },
    line: (renewals: number) =>
      `${Math.round((Date.now() - began) / 1000)} s: ${renewals} renewals, ${counts.requests} answers ${JSON.stringify(statuses)}, ${violations} violations`,
    summary: (more: Readonly<Record<string, number>>): Report => ({
      seed,
      seconds: (Date.now() - began) / 1000,
      counts: { ...more, ...counts },
      statuses,
      violations,
      firstViolations,
    }),
  };
};
