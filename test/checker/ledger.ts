import type { Observation, Surroundings } from "./model/judgement.ts";
import { causeOf503 } from "./model/judgement.ts";

export interface Report {
  readonly seed: number;
  readonly seconds: number;
  readonly counts: Readonly<Record<string, number>>;
  /** How often each status came. */
  readonly statuses: Readonly<Record<string, number>>;
  /** All are counted, the first ones told. */
  readonly violations: number;
  readonly told: readonly string[];
}

const maxTold = 30;

/** For somebody who looks for the cause. */
export const describe = (
  wrong: string,
  { login, instance: number, from, to, answer }: Observation,
): string => {
  const { person, id, revoked, mints, excuse: why } = login.grant;
  const facts = {
    answer,
    instance: number,
    from,
    to,
    grant: id,
    revoked,
    excuse: why,
    end: login.end,
    notice: login.notice,
  };
  return `${wrong}: ${person.username} ${JSON.stringify({ ...facts, foundDead: login.foundDead, mints: mints.slice(-3), marks: person.marks.slice(-3) })}`;
};

/** Counts what is seen, and keeps what is wrong with it. */
export const newLedger = (
  began: number,
  { seed, progress }: { readonly seed: number; readonly progress?: (line: string) => void },
) => {
  const counts = {
    logins: 0,
    logouts: 0,
    requests: 0,
    afterwards: 0,
    ends: 0,
    kills: 0,
    redisRestarts: 0,
    roleChanges: 0,
    marks: 0,
    withdrawals: 0,
    damaged: 0,
    notices: 0,
    noticesAtOnce: 0,
    noticesPutOff: 0,
    forgeries: 0,
    lagSeconds: 0,
  };
  const statuses: Record<string, number> = {};
  const told: string[] = [];
  let violations = 0;
  const violation = (what: string): void => {
    violations += 1;
    if (told.length >= maxTold) return;
    const line = `${((Date.now() - began) / 1000).toFixed(1)} s: ${what}`;
    told.push(line);
    progress?.(`VIOLATION at ${line}`);
  };
  return {
    counts,
    violation,
    isBroken: () => violations > 0,
    count: (seen: Observation, around: Surroundings) => {
      const { answer } = seen;
      const status = answer.of === "nothing" ? "none" : String(answer.status);
      const name = status === "503" ? `503 (${causeOf503(seen, around) ?? "?"})` : status;
      statuses[name] = (statuses[name] ?? 0) + 1;
    },
    /** A fault of the program's own is one whatever the answer. */
    readLine: (line: string): void => {
      if (line.includes('"code":"fault"') || !line.startsWith("{")) violation(`logged: ${line}`);
    },
    line: (renewals: number) =>
      `${Math.round((Date.now() - began) / 1000)} s: ${renewals} renewals, ${counts.requests} answers ${JSON.stringify(statuses)}, ${violations} violations`,
    report: (more: Readonly<Record<string, number>>): Report => ({
      seed,
      seconds: (Date.now() - began) / 1000,
      counts: { ...more, ...counts },
      statuses,
      violations,
      told,
    }),
  };
};
