import { setTimeout as sleep } from "node:timers/promises";
import type { RandomNumbers } from "../../src/app/sample/random-numbers.ts";
import type { Asked, Instance } from "./instance.ts";
import type { Login, Person } from "./login.ts";
import { json, look } from "./look.ts";
import type { Observation } from "./model/judgement.ts";
import type { CheckersProvider } from "./provider.ts";

export interface VisitorDeps {
  readonly random: RandomNumbers;
  readonly instances: readonly [Instance, ...Instance[]];
  readonly provider: CheckersProvider;
  /** The share of rounds in which somebody logs out. */
  readonly logouts: number;
  readonly isGoing: () => boolean;
  readonly observe: (seen: Observation) => void;
  /** A logout has ended a session. */
  readonly observeEnd: (login: Login) => void;
  /** Something went wrong with a login or a logout, at a time when that may be or may not. */
  readonly stumble: (what: string, instance: number, from: number) => void;
  readonly counts: { logins: number; logouts: number; requests: number; afterwards: number };
}

/** One browser: logs in, asks for things at the second of expiry, logs out, and looks whether that counts. */
export interface Visitor {
  /** Returns when the checker stops. */
  run(): Promise<void>;
  /** At the end, in calm: asks once in the present session and once in each that has ended. */
  lookAgain(): Promise<void>;
}

const keptEnded = 3;

export const visitor = (person: Person, d: VisitorDeps): Visitor => {
  const { random } = d;
  const ended: Login[] = [];
  let login: Login | undefined;

  /** As a proxy does, which soon finds out who is dead. */
  const anyInstance = (): Instance => {
    const instance = random.pick(d.instances);
    const isUp = !instance.down.touches(Date.now(), Date.now()) || random.uniform() < 0.05;
    return isUp ? instance : random.pick(d.instances);
  };

  const logIn = async (): Promise<void> => {
    const [first, second] = [anyInstance(), anyInstance()];
    let [from, at] = [Date.now(), first];
    const expect302 = async (asking: Promise<Asked>): Promise<Asked> => {
      const answer = await asking;
      if (answer.status !== 302) throw new Error(`a login was answered ${answer.status}`);
      return answer;
    };
    try {
      const begun = await expect302(first.ask("/login", json));
      const { query, grant } = d.provider.approve(String(begun.headers["location"]), person);
      [from, at] = [Date.now(), second];
      const cookies = begun.cookies.map((header) => header.split(";")[0]).join("; ");
      const finished = await expect302(second.ask(`/logged-in${query}`, { ...json, Cookie: cookies }));
      const cookie = sessionCookieIn(finished);
      if (cookie === undefined) throw new Error("a login brought no session");
      login = { grant, cookie, end: undefined, notice: undefined, foundDead: undefined };
      d.counts.logins += 1;
    } catch (error) {
      d.stumble(error instanceof Error ? error.message : String(error), at.number, from);
      await sleep(200 + random.below(500));
    }
  };

  /** Whether there was a proper answer. */
  const lookAt = async (who: Login): Promise<boolean> => {
    const seen = await look(who, anyInstance(), random.uniform() < 0.5 ? "private" : "whoami");
    d.counts.requests += 1;
    d.observe(seen);
    return seen.answer.of !== "nothing" && seen.answer.status !== 503;
  };

  const logOut = async (who: Login): Promise<void> => {
    const instance = anyInstance();
    const from = Date.now();
    const by = { instance: instance.number, generation: instance.generation() };
    const end: NonNullable<Login["end"]> = { by, asked: from, done: undefined };
    who.end = end;
    try {
      const answer = await instance.ask("/logout", { ...json, Cookie: who.cookie });
      if (answer.status !== 302) throw new Error(`a logout was answered ${answer.status}`);
      end.done = Date.now();
      d.observeEnd(who);
      d.counts.logouts += 1;
    } catch (error) {
      d.stumble(error instanceof Error ? error.message : String(error), instance.number, from);
    }
  };

  /** Just before, at, or just after the end of the newest token; sooner for tokens that live long. */
  const nextMoment = async (who: Login): Promise<void> => {
    const expires = who.grant.mints.at(-1)?.expires ?? Date.now();
    const until = expires - Date.now() + random.below(90) - 25;
    await sleep(Math.max(5, Math.min(until, 300 + random.below(1500))));
  };

  const round = async (who: Login): Promise<void> => {
    await nextMoment(who);
    const asking = Array.from({ length: random.pick([1, 1, 1, 1, 1, 2, 2, 4]) }, () => lookAt(who));
    if (random.uniform() < d.logouts) asking.push(logOut(who).then(() => true));
    const gone = ended.length > 0 && random.uniform() < 0.05 ? ended[random.below(ended.length)] : undefined;
    if (gone) {
      d.counts.afterwards += 1;
      asking.push(lookAt(gone));
    }
    // As people do; otherwise most of a run would be questions during outages.
    if ((await Promise.all(asking)).includes(false)) await sleep(200 + random.below(800));
    if (who.end === undefined && who.foundDead === undefined) return;
    login = undefined;
    // What a late write brings back does not live long: the provider has ended it too.
    if (who.end?.done !== undefined) await lookAt(who);
    // Of a logout that was not answered nobody knows.
    if (who.end?.done !== undefined || who.foundDead !== undefined) ended.unshift(who);
    ended.length = Math.min(ended.length, keptEnded);
  };

  return {
    run: async () => {
      await sleep(random.below(1500));
      while (d.isGoing()) {
        if (login) await round(login);
        else await logIn();
      }
    },
    lookAgain: async () => {
      for (const who of [...(login ? [login] : []), ...ended]) await lookAt(who);
    },
  };
};

const sessionCookieIn = ({ cookies }: Asked): string | undefined =>
  cookies.map((header) => header.split(";")[0]).find((pair) => pair?.startsWith("nextstrain.org-session="));
