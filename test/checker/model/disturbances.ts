import { setTimeout as sleep } from "node:timers/promises";
import type { RandomNumbers } from "../../../src/app/sample/random-numbers.ts";
import { StoreDown } from "../../../src/domain/failure.ts";
import type { Username } from "../../../src/domain/identity/user.ts";
import type { NotBeforeMarks } from "../../../src/ports/driven/sessions/not-before-marks.ts";
import type { StartedRedis } from "../../support/containers/stores/redis.ts";
import type { Instance } from "../instance.ts";
import type { Login, Person } from "../login.ts";
import type { Notices } from "../notices.ts";
import type { Trouble } from "./trouble.ts";

export interface DisturbanceDeps {
  readonly random: RandomNumbers;
  readonly instances: readonly [Instance, ...Instance[]];
  readonly people: readonly [Person, ...Person[]];
  /** The sessions there are now. */
  readonly logins: () => readonly Login[];
  /** Puts something into a session's record that is none. */
  readonly damage: (login: Login) => Promise<void>;
  readonly changeKey: () => Promise<void>;
  readonly notices: Notices;
  readonly redis: Pick<StartedRedis, "signal" | "stop" | "start">;
  readonly redisTrouble: Trouble;
  readonly marks: NotBeforeMarks;
  readonly isGoing: () => boolean;
  /** Mean milliseconds between two of a kind. */
  readonly every: Record<
    "kill" | "redis" | "role" | "withdrawal" | "key" | "damage" | "notice" | "forgery",
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

/** A renewal that failed is not tried again for a second; and clients find Redis again within another. */
const afterRedis = 3000;
const tick = 200;
const tellers = 8;

/** Does all that goes wrong in a year, within minutes. Returns when the checker stops and all is up again. */
export const disturb = async (d: DisturbanceDeps): Promise<void> => {
  const { random } = d;

  const repeat = async (mean: number, work: () => Promise<void>): Promise<void> => {
    for (;;) {
      const next = Date.now() + mean * (0.5 + random.uniform());
      while (d.isGoing() && Date.now() < next) await sleep(Math.min(tick, mean));
      if (!d.isGoing()) return;
      await work();
    }
  };

  const kill = async (): Promise<void> => {
    const instance = random.pick(d.instances);
    d.counts.kills += 1;
    await instance.kill();
    await instance.start();
  };

  const isBack = () =>
    d.marks.find("nobody" as Username).then(
      () => true,
      (error: unknown) => {
        if (error instanceof StoreDown) return false;
        throw error;
      },
    );

  /** As after an upgrade, or as after a crash. */
  const restartRedis = async (): Promise<void> => {
    const over = d.redisTrouble.begin();
    d.counts.redisRestarts += 1;
    if (random.uniform() < 0.5) await d.redis.stop();
    else {
      await d.redis.signal("SIGKILL");
      await sleep(100 + random.below(2000));
    }
    await d.redis.start();
    // It may still be loading.
    while (!(await isBack())) await sleep(50);
    over(afterRedis);
  };

  /** The provider knows first, then the mark is set, as a server does that manages roles. */
  const changeRole = async (): Promise<void> => {
    const person = random.pick(d.people);
    person.isViewer = !person.isViewer;
    d.counts.roleChanges += 1;
    if (random.uniform() < 0.3) return;
    const from = Date.now();
    // By a clock that is ahead, now and then.
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

  const anyLogin = (): Login | undefined => {
    const logins = d.logins();
    return logins[random.below(logins.length)];
  };

  /** As a version of another time may have left it. */
  const damage = async (): Promise<void> => {
    const login = anyLogin();
    if (!login || login.grant.revoked !== undefined) return;
    login.grant.excuse = "its record was damaged";
    try {
      await d.damage(login);
      d.counts.damaged += 1;
    } catch (error) {
      if (!(error instanceof StoreDown)) throw error;
    }
  };

  /** The provider ends a login by itself. */
  const withdraw = async (): Promise<void> => {
    const grant = anyLogin()?.grant;
    if (!grant || grant.revoked !== undefined) return;
    grant.revoked = Date.now();
    d.counts.withdrawals += 1;
  };

  await Promise.all([
    repeat(d.every.kill, kill),
    repeat(d.every.redis, restartRedis),
    repeat(d.every.role, changeRole),
    repeat(d.every.withdrawal, withdraw),
    repeat(d.every.key, d.changeKey),
    repeat(d.every.damage, damage),
    // Several at once, since one may have to be told again and again.
    ...Array.from({ length: tellers }, () => repeat(d.every.notice * tellers, d.notices.tell)),
    repeat(d.every.forgery, d.notices.forge),
  ]);
};
