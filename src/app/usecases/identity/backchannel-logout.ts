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

/** Longer than any logout token is accepted, including differences between clocks. */
const replayWindow: Seconds = 2 * logoutTokenMaxAge;

/** A provider has completed a logout within this time; until then Keycloak still refreshes the tokens. */
const recheckDelay: Seconds = 5;

export const backchannelLogout =
  (d: Deps): BackchannelLogout =>
  async (logoutToken) => {
    const verification = await d.identityProvider.verifyLogout(logoutToken);
    if (verification.outcome === "invalid") return refuse(d, verification.reason);
    const { claims } = verification;
    if (await d.replayCache.has(claims.id)) return refuse(d, "The logout token has been used before.");
    await endSessionsOf(d, claims);
    // Last of all: after an outage half way the provider's retry has to be accepted.
    await d.replayCache.add(claims.id, replayWindow);
    return { outcome: "done" };
  };

const refuse = ({ log }: Deps, reason: string) => {
  log.write({ event: "logout-notice", outcome: "refused", reason });
  return { outcome: "refused", reason } as const;
};

/**
 * Ends matching sessions twice. A session may be renewed while the provider has not completed the logout, and a login
 * whose code was redeemed before may be stored after the first pass. The second is lost when the process is killed.
 */
const endSessionsOf = async (d: Deps, claims: LogoutClaims): Promise<void> => {
  const receivedAt = d.clock.now();
  await endMatching(d, claims, () => true);
  const recheck = () => endMatching(d, claims, (login) => mayHaveBeenMissed(claims, receivedAt, login));
  d.background.add("looking again for what a logout names", recheck, recheckDelay);
};

/**
 * Ends the sessions that the token matches, and revokes their refresh tokens, which the provider may keep valid for
 * offline access (OpenID Connect Back-Channel Logout section 2.7).
 *
 * When an administrator logs out all of a person's sessions, Keycloak 26 sends one token, with one `sid`. So the
 * not-before mark makes the person's other sessions renew, which the provider then refuses.
 */
const endMatching = async (
  d: Deps,
  claims: LogoutClaims,
  isAffected: (login: Login) => boolean,
): Promise<void> => {
  const mayEnd = (login: Login) => mayMatch(claims, login) && isAffected(login);
  const found = await d.registered.find(ownersInLogout(claims), mayEnd);
  const matching = found.filter(({ login }) => matches(claims, login));
  const ids = matching.map(({ id }) => id);
  await d.registered.end(ids, "logged out at the provider", "unless-shared");
  const others = found.filter(({ login }) => !matches(claims, login));
  const toRecheck = new Set(others.map(({ login }) => login.username));
  for (const username of toRecheck) await setNotBefore(d.marks, username);
};
