import { setTimeout as sleep } from "node:timers/promises";
import type { RandomNumbers } from "../../src/app/sample/random-numbers.ts";
import type { Asked, Instance } from "./instance.ts";
import type { End, Login, NoticeKey } from "./login.ts";
import { look } from "./look.ts";
import type { Observation, Surroundings } from "./model/judgement.ts";
import type { CheckersProvider } from "./provider.ts";

export interface NoticesDeps {
  readonly random: RandomNumbers;
  readonly instances: readonly [Instance, ...Instance[]];
  readonly provider: Pick<CheckersProvider, "logoutToken">;
  /** The sessions there are now. */
  readonly logins: () => readonly Login[];
  readonly around: Surroundings;
  readonly observe: (seen: Observation) => void;
  /** A notice has ended a session, and the process that it was sent to has seen to the rest too. */
  readonly observeEnd: (login: Login) => void;
  readonly violation: (what: string) => void;
  readonly counts: { notices: number; noticesAtOnce: number; noticesPutOff: number; forgeries: number };
}

/** What the provider tells of logouts over the back channel, and what others would like to. */
export interface Notices {
  /** Tells of one, as often as it takes. */
  tell(): Promise<void>;
  /** Sends made-up ones, more than keys are fetched for, to one instance. */
  forge(): Promise<void>;
}

/** In milliseconds. */
const longestTelling = 120_000;
/** Without a cause: once or twice the key of a notice may not be known yet, since strangers have asked for too many. */
const putOffs = 2;
const mostForgeries = 9;

interface Sent {
  readonly instance: Instance;
  readonly from: number;
  readonly to: number;
  /** Or why none came. */
  readonly answer: Asked | string;
}

export const notices = (d: NoticesDeps): Notices => {
  const { random, around } = d;

  const send = async (instance: Instance, token: string): Promise<Sent> => {
    const from = Date.now();
    const form = new URLSearchParams({ logout_token: token });
    const answer = await instance.ask("/backchannel-logout", {}, form).catch(String);
    return { instance, from, to: Date.now(), answer };
  };

  const isTroubled = ({ instance, from, to }: Sent): boolean =>
    [around.redis, around.machine, around.keys, instance.slow].some((cause) => cause.touches(from - 100, to));

  /** The answer; undefined: none came, or one that says to try again. Tells of one that does not say when. */
  const settled = (sent: Sent, what: string): Asked | undefined => {
    const { answer, instance, from, to } = sent;
    if (typeof answer === "string") {
      const isExcused = instance.down.touches(from - 100, to) || isTroubled(sent);
      if (!isExcused) d.violation(`${what} was not answered: ${answer}`);
      return undefined;
    }
    if (answer.status !== 503) return answer;
    if (answer.headers["retry-after"] === undefined)
      d.violation(`${what} was answered 503 without Retry-After`);
    return undefined;
  };

  const anyLogin = (): Login | undefined => {
    const isWhole = ({ end, notice, foundDead, grant }: Login) =>
      [end, notice, foundDead, grant.revoked, grant.excuse].every((each) => each === undefined);
    const logins = d.logins().filter(isWhole);
    return logins[random.below(logins.length)];
  };

  const forgeAt = async (instance: Instance, login: Login): Promise<void> => {
    const forgeOne = async (): Promise<void> => {
      const key = random.pick(["forged", "forged", "forged as present"] as const);
      const sent = await send(instance, await d.provider.logoutToken(login.grant, key));
      d.counts.forgeries += 1;
      const { status = 400 } = settled(sent, "a forged notice") ?? {};
      if (status !== 400) d.violation(`a forged notice was answered ${status}`);
    };
    await Promise.all(Array.from({ length: 1 + random.below(mostForgeries) }, forgeOne));
  };

  /** Whether an answer says that the notice counts; tells of one that says that it never will. */
  const isHonoured = (sent: Sent, key: NoticeKey, wasOpen: boolean): boolean => {
    const answer = settled(sent, "a notice");
    if (!answer) return false;
    const { status, text } = answer;
    if (status === 200) return true;
    // It did count, when the answer before was lost.
    if (status === 400 && wasOpen && text.includes("used before")) return true;
    // The provider itself has told its keys without this one.
    const isDisowned = status === 400 && key === "present" && isTroubled(sent);
    if (!isDisowned) d.violation(`a notice under a ${key} key was answered ${status}: ${text}`);
    return false;
  };

  /** When it was honoured, and whether at once; undefined: it was not. */
  const tellOf = async (login: Login, instance: Instance, key: NoticeKey) => {
    const token = await d.provider.logoutToken(login.grant, key);
    const end = Date.now() + longestTelling;
    let [wasOpen, unexplained] = [false, 0];
    while (Date.now() < end) {
      const sent = await send(instance, token);
      if (isHonoured(sent, key, wasOpen)) return { at: sent.to, atOnce: !wasOpen };
      wasOpen = true;
      d.counts.noticesPutOff += 1;
      if (!isTroubled(sent)) unexplained += 1;
      if (unexplained > putOffs) break;
      const pause = Number((typeof sent.answer !== "string" && sent.answer.headers["retry-after"]) || 1);
      await sleep(pause * 1000 + random.below(500));
    }
    d.violation(`a notice under a ${key} key was put off ${unexplained} times without a cause`);
    return undefined;
  };

  return {
    forge: async () => {
      const login = anyLogin();
      if (login) await forgeAt(random.pick(d.instances), login);
    },

    tell: async () => {
      const login = anyLogin();
      if (!login) return;
      const instance = random.pick(d.instances);
      if (random.uniform() < 0.3) await forgeAt(instance, login);
      if (login.notice) return;
      const by = { instance: instance.number, generation: instance.generation() };
      const notice: End = { by, asked: Date.now(), done: undefined };
      login.notice = notice;
      // Keycloak still renews for a moment, and others do so for offline access.
      if (random.uniform() < 0.3) login.grant.revoked = notice.asked;
      const key = random.pick(["new", "present"] as const);
      const honoured = await tellOf(login, instance, key);
      if (!honoured) return;
      notice.done = honoured.at;
      d.counts.notices += 1;
      // Whoever had to be told twice may have ended the session at the first time, and been killed then.
      if (honoured.atOnce) {
        d.counts.noticesAtOnce += 1;
        d.observeEnd(login);
      }
      for (const seen of await Promise.all(d.instances.map((one) => look(login, one, "private"))))
        d.observe(seen);
    },
  };
};
