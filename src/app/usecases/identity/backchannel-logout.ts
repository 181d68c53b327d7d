import type { Seconds } from "../../../domain/brand.ts";
import type { LogoutClaims } from "../../../domain/sessions/logout-claims.ts";
import {
  logoutTokenMaxAge,
  matches,
  mayHaveBeenMissed,
  mayMatch,
  ownersInLogout,
} from "../../../domain/sessions/logout-claims.ts";
import type { Login } from "../../../domain/sessions/session.ts";
import type { IdentityProvider } from "../../../ports/driven/identity/identity-provider.ts";
import type { NotBeforeMarks } from "../../../ports/driven/sessions/not-before-marks.ts";
import type { ReplayCache } from "../../../ports/driven/sessions/replay-cache.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { BackchannelLogout } from "../../../ports/driving/backchannel-logout.ts";
import type { Background } from "../sessions/background.ts";
import type { RegisteredSessions } from "../sessions/registered-sessions.ts";
import { setNotBefore } from "../sessions/set-not-before.ts";

interface Deps {
  readonly identityProvider: IdentityProvider;
  readonly replayCache: ReplayCache;
  readonly registered: RegisteredSessions;
  readonly marks: NotBeforeMarks;
  readonly background: Background;
  readonly clock: Clock;
  readonly log: Log;
}

/** Longer than any token is accepted, clocks that differ included. */
const replayWindow: Seconds = 2 * logoutTokenMaxAge;

/** Within it, a provider that tells of a logout has done with it; until then Keycloak still renews. */
const recheckDelay: Seconds = 5;

export const backchannelLogout =
  (d: Deps): BackchannelLogout =>
  async (logoutToken) => {
    const verification = await d.identityProvider.verifyLogout(logoutToken);
    if (verification.outcome === "invalid") return refuse(d, verification.reason);
    const { claims } = verification;
    if (await d.replayCache.has(claims.id)) return refuse(d, "The logout token has been used before.");
    await endSessionsOf(d, claims);
    // Only now: after an outage half way the provider's next try has to count.
    await d.replayCache.add(claims.id, replayWindow);
    return { outcome: "done" };
  };

const refuse = ({ log }: Deps, reason: string) => {
  log.write({ event: "logout-notice", outcome: "refused", reason });
  return { outcome: "refused", reason } as const;
};

/**
 * Twice: what is renewed while the provider is not yet done proves nothing, and a login whose code was redeemed
 * before the notice came may be stored after the first look. The second is lost with a process that is killed.
 */
const endSessionsOf = async (d: Deps, claims: LogoutClaims): Promise<void> => {
  const came = d.clock.now();
  await endNamed(d, claims, () => true);
  const lookAgain = () => endNamed(d, claims, (login) => mayHaveBeenMissed(claims, came, login));
  d.background.add("looking again for what a logout names", lookAgain, recheckDelay);
};

/**
 * Ends what the notice names. That is revoked as well: the provider may keep tokens for offline access, which
 * nobody holds any more (OpenID Connect Back-Channel Logout section 2.7).
 *
 * Of somebody whom an administrator has logged out everywhere, Keycloak 26 tells in one token, which names one
 * of their sessions. So their other ones ask the provider before they go on.
 */
const endNamed = async (d: Deps, claims: LogoutClaims, isMeant: (login: Login) => boolean): Promise<void> => {
  const mayEnd = (login: Login) => mayMatch(claims, login) && isMeant(login);
  const found = await d.registered.find(ownersInLogout(claims), mayEnd);
  const named = found.filter(({ login }) => matches(claims, login));
  const ids = named.map(({ id }) => id);
  await d.registered.end(ids, "logged out at the provider", "unless-shared");
  const others = found.filter(({ login }) => !matches(claims, login));
  const toRecheck = new Set(others.map(({ login }) => login.username));
  for (const username of toRecheck) await setNotBefore(d.marks, username);
};
