import { setTimeout as sleep } from "node:timers/promises";
import type { RandomNumbers } from "../../../src/app/sample/random-numbers.ts";
import { StoreDown } from "../../../src/domain/failure.ts";
import type { Username } from "../../../src/domain/identity/user.ts";
import type { NotBeforeMarks } from "../../../src/ports/driven/sessions/not-before-marks.ts";
import type { StartedRedis } from "../../support/containers/stores/redis.ts";
import type { Instance } from "../instance.ts";
import type { Login, Person } from "../login.ts";
import type { LogoutTokens } from "../logout-tokens.ts";
import type { Members } from "../members.ts";
import type { FaultPeriods } from "./fault-periods.ts";

export interface FaultInjectionDeps {
  readonly random: RandomNumbers;
  readonly instances: readonly [Instance, ...Instance[]];
  readonly people: readonly [Person, ...Person[]];
  /** The present sessions. */
  readonly logins: () => readonly Login[];
  /** Replaces a session's record by an invalid one. */
  readonly damage: (login: Login) => Promise<void>;
  readonly rotateKey: () => Promise<void>;
  readonly logoutTokens: LogoutTokens;
  readonly members: Members;
  readonly redis: Pick<StartedRedis, "signal" | "stop" | "start">;
  readonly redisFaults: FaultPeriods;
  readonly marks: NotBeforeMarks;
  readonly isRunning: () => boolean;
  /** Mean interval of each kind, in milliseconds. */
  readonly every: Record<
    | "kill"
    | "redis"
    | "role"
    | "withdrawal"
    | "key"
    | "damage"
    | "backchannelLogout"
    | "forgery"
    | "membership"
    | "newcomer"
    | "recordDamage",
    number
  >;
  readonly counts: {
    kills: number;
    redisRestarts: number;
    roleChanges: number;
    marks: number;
    withdrawals: number;
    damaged: number;
  };
}

/** In milliseconds. Instances reconnect within a second, and do not retry a failed renewal for another one. */
const redisRecoveryTime = 3000;
const pollInterval = 200;
const concurrentDeliveries = 8;
const concurrentChanges = 6;

/** Injects the faults of a year within minutes. Resolves when the checker stops and everything is available again. */
export const injectFaults = async (d: FaultInjectionDeps): Promise<void> => {
  const { random } = d;

  const repeat = async (mean: number, work: () => Promise<void>): Promise<void> => {
    for (;;) {
      const next = Date.now() + mean * (0.5 + random.uniform());
      while (d.isRunning() && Date.now() < next) await sleep(Math.min(pollInterval, mean));
      if (!d.isRunning()) return;
      await work();
    }
  };

  const kill = async (): Promise<void> => {
    const instance = random.pick(d.instances);
    d.counts.kills += 1;
    await instance.kill();
    await instance.start();
  };

  const isRedisAvailable = () =>
    d.marks.find("nobody" as Username).then(
      () => true,
      (error: unknown) => {
        if (error instanceof StoreDown) return false;
        throw error;
      },
    );

  /** Like an upgrade, or like a crash. */
  const restartRedis = async (): Promise<void> => {
    const endFault = d.redisFaults.begin();
    d.counts.redisRestarts += 1;
    if (random.uniform() < 0.5) await d.redis.stop();
    else {
      await d.redis.signal("SIGKILL");
      await sleep(100 + random.below(2000));
    }
    await d.redis.start();
    // Redis may still be loading its data.
    while (!(await isRedisAvailable())) await sleep(50);
    endFault(redisRecoveryTime);
  };

  /** The role changes at the provider before the mark is set, as it does when an operator changes it. */
  const changeRole = async (): Promise<void> => {
    const person = random.pick(d.people);
    person.isViewer = !person.isViewer;
    d.counts.roleChanges += 1;
    if (random.uniform() < 0.3) return;
    const from = Date.now();
    // Some marks are set by a clock that is ahead.
    const ahead = random.uniform() < 0.2 ? random.below(120) : 0;
    const value = Math.ceil(from / 1000) + ahead;
    try {
      await d.marks.mark(person.username as Username, value);
      person.marks = [...person.marks.slice(-20), { value, from, done: Date.now() }];
      d.counts.marks += 1;
    } catch (error) {
      if (!(error instanceof StoreDown)) throw error;
    }
  };

  const pickLogin = (): Login | undefined => {
    const logins = d.logins();
    return logins[random.below(logins.length)];
  };

  /** Like a record of another version. */
  const damage = async (): Promise<void> => {
    const login = pickLogin();
    if (!login || login.grant.revoked !== undefined) return;
    login.grant.allowedLoss = "its record was damaged";
    try {
      await d.damage(login);
      d.counts.damaged += 1;
    } catch (error) {
      if (!(error instanceof StoreDown)) throw error;
    }
  };

  /** The provider revokes a grant. */
  const withdraw = async (): Promise<void> => {
    const grant = pickLogin()?.grant;
    if (!grant || grant.revoked !== undefined) return;
    grant.revoked = Date.now();
    d.counts.withdrawals += 1;
  };

  await Promise.all([
    repeat(d.every.kill, kill),
    repeat(d.every.redis, restartRedis),
    repeat(d.every.role, changeRole),
    repeat(d.every.withdrawal, withdraw),
    repeat(d.every.key, d.rotateKey),
    repeat(d.every.damage, damage),
    // Several concurrently, since a delivery may have to be retried for a while.
    ...Array.from({ length: concurrentDeliveries }, () =>
      repeat(d.every.backchannelLogout * concurrentDeliveries, d.logoutTokens.deliver),
    ),
    repeat(d.every.forgery, d.logoutTokens.forge),
    ...Array.from({ length: concurrentChanges }, () => [
      repeat(d.every.membership, d.members.change),
      repeat(d.every.newcomer, d.members.welcome),
    ]).flat(),
    repeat(d.every.recordDamage, d.members.damage),
  ]);
};
