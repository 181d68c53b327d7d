import { randomBytes } from "node:crypto";
import { tokenSealer } from "../../../../src/adapters/aes-gcm/token-sealer.ts";
import { renewals } from "../../../../src/app/runtime/renewals.ts";
import { findSessions } from "../../../../src/app/usecases/identity/find-sessions.ts";
import { identifyCaller } from "../../../../src/app/usecases/identity/identify-caller.ts";
import { revokeLogin } from "../../../../src/app/usecases/identity/revoke-login.ts";
import { userinfo as claimsFromUserinfo } from "../../../../src/app/usecases/identity/userinfo.ts";
import { idTokenValidation } from "../../../../src/app/usecases/identity/validate-id-token.ts";
import { registeredSessions } from "../../../../src/app/usecases/sessions/registered-sessions.ts";
import { renewTokens } from "../../../../src/app/usecases/sessions/renew-tokens.ts";
import { sessionTokens } from "../../../../src/app/usecases/sessions/session-tokens.ts";
import { touchSession } from "../../../../src/app/usecases/sessions/touch-session.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import type { Session, SessionId } from "../../../../src/domain/sessions/session.ts";
import type { TokenSet } from "../../../../src/domain/sessions/token-set.ts";
import type { NotBeforeMarks } from "../../../../src/ports/driven/sessions/not-before-marks.ts";
import type { SessionStore } from "../../../../src/ports/driven/sessions/session-store.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../../support/measuring/recording-log.ts";
import { memoryLock } from "../../../support/memory/lock.ts";
import { memoryNotBeforeMarks } from "../../../support/memory/not-before-marks.ts";
import { memoryReplayCache } from "../../../support/memory/replay-cache.ts";
import { memorySessionRegistry } from "../../../support/memory/session-registry.ts";
import { memorySessionStore } from "../../../support/memory/session-store.ts";
import { manualBackground } from "../sessions/manual-background.ts";
import { fakeProvider } from "./fake-provider.ts";

export const idleTimeout = 1000;
export const claimNames = { username: "sub", groups: "groups", subject: "sub" };

export const encryptionKey = (name: string) => ({ name, bytes: randomBytes(32) });

/** Everything that identifying callers needs, in memory; `replaced` parts go before the others. */
export const loginSetup = (replaced: { sessions?: SessionStore; marks?: NotBeforeMarks } = {}) => {
  const clock = manualClock();
  const log = recordingLog();
  const identityProvider = fakeProvider(clock);
  const key = encryptionKey("first");
  const sealer = tokenSealer([key]);
  const sessions = replaced.sessions ?? memorySessionStore(clock);
  const registry = memorySessionRegistry(clock);
  const background = manualBackground();
  const find = findSessions({ sessions, registry });
  const revoke = revokeLogin({ identityProvider, background, findSessions: find });
  const tokens = sessionTokens({ sessions, sealer, revoke, clock, log, idleTimeout });
  const registered = registeredSessions({
    sessions,
    registry,
    tokens,
    find,
    revoke,
    clock,
    log,
    idleTimeout,
  });
  const marks = replaced.marks ?? memoryNotBeforeMarks(clock, 100_000);
  const lock = memoryLock(clock);
  const replayCache = memoryReplayCache(clock);
  const userinfo = claimsFromUserinfo({ identityProvider, claimNames, userinfoMode: "auto" });
  const validate = idTokenValidation({ identityProvider, userinfo, marks, claimNames, backdatedBy: 0, log });
  const renew = renewTokens({
    sessions,
    lock,
    marks,
    identityProvider,
    validate,
    tokens,
    registered,
    revoke,
    userinfo,
    claimNames,
    clock,
    log,
    idleTimeout,
    lockTimeout: 10,
    wait: async (time) => clock.pass(time),
  });
  const random = { text: () => "", fraction: () => 0 };
  const parts = {
    validate,
    renewals: renewals({ renew, clock, log, timeout: 10 }),
    tokens,
    touchSession: touchSession({ sessions, registered, clock, log, idleTimeout }),
    clock,
    random,
    log,
    maxLifetime: undefined,
  };
  const identify = identifyCaller(parts);

  /** A session of somebody who is logged in with these tokens. */
  const logIn = async (set: TokenSet, id = "s".repeat(32) as SessionId, values: Session = {}) => {
    const sealedTokens = tokens.seal(id, set);
    const username = "alice" as Username;
    await sessions.create(
      id,
      { ...values, login: { username, since: clock.now(), sealedTokens } },
      idleTimeout,
    );
    return id;
  };

  /** Who a request with this session's cookie is from. */
  const callerOf = async (id: SessionId) => {
    const stored = await sessions.load(id, idleTimeout);
    return identify(stored ? { kind: "session", id, stored } : { kind: "none" });
  };

  /** The tokens that a session holds now; undefined: nobody is logged in. */
  const tokensIn = async (id: SessionId): Promise<TokenSet | undefined> => {
    const login = (await sessions.load(id, idleTimeout))?.session.login;
    return login && tokens.open(id, login)?.tokens;
  };

  return {
    clock,
    log,
    identityProvider,
    key,
    sealer,
    sessions,
    registry,
    registered,
    marks,
    lock,
    replayCache,
    background,
    revoke,
    userinfo,
    tokens,
    validate,
    renew,
    parts,
    identify,
    logIn,
    callerOf,
    tokensIn,
  };
};
