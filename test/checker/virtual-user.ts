import { setTimeout as sleep } from "node:timers/promises";
import type { RandomNumbers } from "../../src/app/sample/random-numbers.ts";
import type { FaultyProvider } from "./faulty-provider.ts";
import type { Instance, InstanceResponse } from "./instance.ts";
import type { Login, Person } from "./login.ts";
import type { Observation } from "./model/check-response.ts";
import { json, observeSession } from "./observe.ts";

export interface VirtualUserDeps {
  readonly random: RandomNumbers;
  readonly instances: readonly [Instance, ...Instance[]];
  readonly provider: FaultyProvider;
  /** The share of rounds in which the user logs out. */
  readonly logouts: number;
  readonly isRunning: () => boolean;
  readonly observe: (observation: Observation) => void;
  /** A logout has ended a session. */
  readonly observeEnd: (login: Login) => void;
  /** Called with each failure of a login or logout; a fault may explain it. */
  readonly reportFailure: (what: string, instance: number, from: number) => void;
  readonly counts: { logins: number; logouts: number; requests: number; endedSessionRequests: number };
}

/** Logs in, sends requests when the id token expires, logs out, and tries the ended session again. */
export interface VirtualUser {
  /** Resolves when the checker stops. */
  run(): Promise<void>;
  /** After the faults have stopped: sends a request in the present session and in each ended one. */
  checkAgain(): Promise<void>;
}

const maxEnded = 3;

export const virtualUser = (person: Person, d: VirtualUserDeps): VirtualUser => {
  const { random } = d;
  const ended: Login[] = [];
  let login: Login | undefined;

  /** Like a reverse proxy, which soon notices which instances are down. */
  const pickInstance = (): Instance => {
    const instance = random.pick(d.instances);
    const isUp = !instance.down.overlaps(Date.now(), Date.now()) || random.uniform() < 0.05;
    return isUp ? instance : random.pick(d.instances);
  };

  const logIn = async (): Promise<void> => {
    const [first, second] = [pickInstance(), pickInstance()];
    let [from, at] = [Date.now(), first];
    const expect302 = async (response: Promise<InstanceResponse>): Promise<InstanceResponse> => {
      const answer = await response;
      if (answer.status !== 302) throw new Error(`a login was answered ${answer.status}`);
      return answer;
    };
    try {
      const login302 = await expect302(first.request("/login", json));
      const { query, grant } = d.provider.approve(String(login302.headers["location"]), person);
      [from, at] = [Date.now(), second];
      const cookies = login302.cookies.map((header) => header.split(";")[0]).join("; ");
      const callback302 = await expect302(second.request(`/logged-in${query}`, { ...json, Cookie: cookies }));
      const cookie = sessionCookieIn(callback302);
      if (cookie === undefined) throw new Error("a login brought no session");
      login = { grant, cookie, end: undefined, backchannelLogout: undefined, endSeenAt: undefined };
      d.counts.logins += 1;
    } catch (error) {
      d.reportFailure(error instanceof Error ? error.message : String(error), at.number, from);
      await sleep(200 + random.below(500));
    }
  };

  /** False: there was no response, or a 503. */
  const request = async (who: Login): Promise<boolean> => {
    const of = random.uniform() < 0.5 ? "private" : "whoami";
    const observation = await observeSession(who, pickInstance(), person.keptRole ? "kept" : of);
    d.counts.requests += 1;
    d.observe(observation);
    return observation.answer.of !== "nothing" && observation.answer.status !== 503;
  };

  const logOut = async (who: Login): Promise<void> => {
    const instance = pickInstance();
    const from = Date.now();
    const by = { instance: instance.number, generation: instance.generation() };
    const end: NonNullable<Login["end"]> = { by, requestedAt: from, done: undefined };
    who.end = end;
    try {
      const answer = await instance.request("/logout", { ...json, Cookie: who.cookie });
      if (answer.status !== 302) throw new Error(`a logout was answered ${answer.status}`);
      end.done = Date.now();
      d.observeEnd(who);
      d.counts.logouts += 1;
    } catch (error) {
      d.reportFailure(error instanceof Error ? error.message : String(error), instance.number, from);
    }
  };

  /** Until shortly before or after the newest token's expiry; shorter for tokens with a long lifetime. */
  const waitForExpiry = async (who: Login): Promise<void> => {
    const expires = who.grant.issuedTokens.at(-1)?.expires ?? Date.now();
    const until = expires - Date.now() + random.below(90) - 25;
    await sleep(Math.max(5, Math.min(until, 300 + random.below(1500))));
  };

  const round = async (who: Login): Promise<void> => {
    await waitForExpiry(who);
    const requests = Array.from({ length: random.pick([1, 1, 1, 1, 1, 2, 2, 4]) }, () => request(who));
    if (random.uniform() < d.logouts) requests.push(logOut(who).then(() => true));
    const endedLogin =
      ended.length > 0 && random.uniform() < 0.05 ? ended[random.below(ended.length)] : undefined;
    if (endedLogin) {
      d.counts.endedSessionRequests += 1;
      requests.push(request(endedLogin));
    }
    // Like people; otherwise most requests of a run would be sent during outages.
    if ((await Promise.all(requests)).includes(false)) await sleep(200 + random.below(800));
    if (who.end === undefined && who.endSeenAt === undefined) return;
    login = undefined;
    // At once, since a session that a late write restores soon ends by its revoked refresh token.
    if (who.end?.done !== undefined) await request(who);
    // Without a response to the logout, the session may or may not have ended.
    if (who.end?.done !== undefined || who.endSeenAt !== undefined) ended.unshift(who);
    ended.length = Math.min(ended.length, maxEnded);
  };

  return {
    run: async () => {
      await sleep(random.below(1500));
      while (d.isRunning()) {
        if (login) await round(login);
        else await logIn();
      }
    },
    checkAgain: async () => {
      for (const who of [...(login ? [login] : []), ...ended]) await request(who);
    },
  };
};

const sessionCookieIn = ({ cookies }: InstanceResponse): string | undefined =>
  cookies.map((header) => header.split(";")[0]).find((pair) => pair?.startsWith("nextstrain.org-session="));
