import { setTimeout as sleep } from "node:timers/promises";
import type { RandomNumbers } from "../../src/app/sample/random-numbers.ts";
import type { FaultyProvider } from "./faulty-provider.ts";
import type { Instance, InstanceResponse } from "./instance.ts";
import type { Login, LogoutTokenKey, SessionEnd } from "./login.ts";
import type { FaultState, Observation } from "./model/check-response.ts";
import { observeSession } from "./observe.ts";

export interface LogoutTokensDeps {
  readonly random: RandomNumbers;
  readonly instances: readonly [Instance, ...Instance[]];
  readonly provider: Pick<FaultyProvider, "logoutToken">;
  /** The present sessions. */
  readonly logins: () => readonly Login[];
  readonly faults: FaultState;
  readonly observe: (observation: Observation) => void;
  /** A logout token was accepted at its first delivery, and has ended a session. */
  readonly observeEnd: (login: Login) => void;
  readonly violation: (what: string) => void;
  readonly counts: {
    logoutTokens: number;
    logoutTokensAcceptedAtOnce: number;
    logoutTokensDeferred: number;
    forgedLogoutTokens: number;
  };
}

/** Logout tokens of the provider (OpenID Connect Back-Channel Logout section 2.5), and forged ones. */
export interface LogoutTokens {
  /** Delivers one for a session, with retries after 503. */
  deliver(): Promise<void>;
  /** Sends forged ones to one instance, more than the key set is fetched for. */
  forge(): Promise<void>;
}

/** In milliseconds. */
const deliveryTimeout = 120_000;
/** Without a fault, since forged tokens may have used up the allowed fetches of the key set. */
const maxDeferrals = 2;
const maxForgeries = 9;

interface Delivery {
  readonly instance: Instance;
  readonly from: number;
  readonly to: number;
  /** The response, or why there was none. */
  readonly answer: InstanceResponse | string;
}

export const logoutTokens = (d: LogoutTokensDeps): LogoutTokens => {
  const { random, faults } = d;

  const send = async (instance: Instance, token: string): Promise<Delivery> => {
    const from = Date.now();
    const form = new URLSearchParams({ logout_token: token });
    const answer = await instance.request("/backchannel-logout", {}, form).catch(String);
    return { instance, from, to: Date.now(), answer };
  };

  const isDuringFault = ({ instance, from, to }: Delivery): boolean =>
    [faults.redis, faults.machine, faults.keys, instance.slow].some((cause) =>
      cause.overlaps(from - 100, to),
    );

  /** The response; undefined when there was none, or a 503. Reports those that had no cause, or no Retry-After. */
  const finalResponse = (sent: Delivery, what: string): InstanceResponse | undefined => {
    const { answer, instance, from, to } = sent;
    if (typeof answer === "string") {
      const isExpected = instance.down.overlaps(from - 100, to) || isDuringFault(sent);
      if (!isExpected) d.violation(`${what} was not answered: ${answer}`);
      return undefined;
    }
    if (answer.status !== 503) return answer;
    if (answer.headers["retry-after"] === undefined)
      d.violation(`${what} was answered 503 without Retry-After`);
    return undefined;
  };

  const pickLogin = (): Login | undefined => {
    const isUnaffected = ({ end, backchannelLogout, endSeenAt, grant }: Login) =>
      [end, backchannelLogout, endSeenAt, grant.revoked, grant.allowedLoss].every(
        (each) => each === undefined,
      );
    const logins = d.logins().filter(isUnaffected);
    return logins[random.below(logins.length)];
  };

  const forgeAt = async (instance: Instance, login: Login): Promise<void> => {
    const forgeOne = async (): Promise<void> => {
      const key = random.pick(["forged", "forged", "forged as present"] as const);
      const sent = await send(instance, await d.provider.logoutToken(login.grant, key));
      d.counts.forgedLogoutTokens += 1;
      const { status = 400 } = finalResponse(sent, "a forged logout token") ?? {};
      if (status !== 400) d.violation(`a forged logout token was answered ${status}`);
    };
    await Promise.all(Array.from({ length: 1 + random.below(maxForgeries) }, forgeOne));
  };

  /** Whether the token was accepted. Reports a rejection that had no cause. */
  const isAccepted = (sent: Delivery, key: LogoutTokenKey, wasSentBefore: boolean): boolean => {
    const answer = finalResponse(sent, "a logout token");
    if (!answer) return false;
    const { status, text } = answer;
    if (status === 200) return true;
    // It was accepted before, and that response was lost.
    if (status === 400 && wasSentBefore && text.includes("used before")) return true;
    // The provider may have published a key set without this key.
    const isExpected = status === 400 && key === "present" && isDuringFault(sent);
    if (!isExpected) d.violation(`a logout token under a ${key} key was answered ${status}: ${text}`);
    return false;
  };

  /** When the token was accepted, and whether at the first delivery; undefined when it was not. */
  const deliverFor = async (login: Login, instance: Instance, key: LogoutTokenKey) => {
    const token = await d.provider.logoutToken(login.grant, key);
    const end = Date.now() + deliveryTimeout;
    let [wasSentBefore, unexplained] = [false, 0];
    while (Date.now() < end) {
      const sent = await send(instance, token);
      if (isAccepted(sent, key, wasSentBefore)) return { at: sent.to, atOnce: !wasSentBefore };
      wasSentBefore = true;
      d.counts.logoutTokensDeferred += 1;
      if (!isDuringFault(sent)) unexplained += 1;
      if (unexplained > maxDeferrals) break;
      const pause = Number((typeof sent.answer !== "string" && sent.answer.headers["retry-after"]) || 1);
      await sleep(pause * 1000 + random.below(500));
    }
    d.violation(`a logout token under a ${key} key was deferred ${unexplained} times without a cause`);
    return undefined;
  };

  return {
    forge: async () => {
      const login = pickLogin();
      if (login) await forgeAt(random.pick(d.instances), login);
    },

    deliver: async () => {
      const login = pickLogin();
      if (!login) return;
      const instance = random.pick(d.instances);
      if (random.uniform() < 0.3) await forgeAt(instance, login);
      if (login.backchannelLogout) return;
      const by = { instance: instance.number, generation: instance.generation() };
      const backchannelLogout: SessionEnd = { by, requestedAt: Date.now(), done: undefined };
      login.backchannelLogout = backchannelLogout;
      // Mostly not: Keycloak accepts refresh tokens for a moment longer, and others do so with offline access.
      if (random.uniform() < 0.3) login.grant.revoked = backchannelLogout.requestedAt;
      const key = random.pick(["new", "present"] as const);
      const accepted = await deliverFor(login, instance, key);
      if (!accepted) return;
      backchannelLogout.done = accepted.at;
      d.counts.logoutTokens += 1;
      // A process that has ended the session at the first of several deliveries may have been killed then.
      if (accepted.atOnce) {
        d.counts.logoutTokensAcceptedAtOnce += 1;
        d.observeEnd(login);
      }
      const observations = await Promise.all(d.instances.map((one) => observeSession(login, one, "private")));
      for (const observation of observations) d.observe(observation);
    },
  };
};
