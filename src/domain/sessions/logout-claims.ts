import type { Seconds } from "../brand.ts";
import type { Login } from "./session.ts";
import type { SessionOwner } from "./session-owner.ts";
import { byProviderSession, bySubject } from "./session-owner.ts";

/** Older logout tokens are refused even if they have not expired, which bounds the replay cache. */
export const logoutTokenMaxAge: Seconds = 600;

/** The claims of a verified logout token: whose sessions, or which one, has ended at the provider. */
export interface LogoutClaims {
  /** The token's `jti`; each token is accepted once. */
  readonly id: string;
  readonly subject: string | undefined;
  readonly providerSession: string | undefined;
}

/** The registry keys of the sessions that a logout token may be about. */
export const ownersInLogout = ({ subject, providerSession }: LogoutClaims): readonly SessionOwner[] => [
  ...(providerSession === undefined ? [] : [byProviderSession(providerSession)]),
  ...(subject === undefined ? [] : [bySubject(subject)]),
];

/** Whether a login belongs to the token's subject, or to its session when it names no subject. */
export const mayMatch = (claims: LogoutClaims, login: Login): boolean =>
  claims.subject === undefined ? matches(claims, login) : claims.subject === login.subject;

/**
 * Whether a matching login that is found after the first pass may have been missed by it, since its session was being
 * stored. Logins that started after the logout token was received stay, unless they are of the session that has ended.
 */
export const mayHaveBeenMissed = (claims: LogoutClaims, receivedAt: Seconds, login: Login): boolean =>
  login.since <= receivedAt ||
  (claims.providerSession !== undefined && claims.providerSession === login.providerSession);

/**
 * Whether a login has to end with this logout token. One whose provider session is not known may be the one that is
 * named: better to log in once more than to stay logged in.
 */
export const matches = (claims: LogoutClaims, login: Login): boolean => {
  if (claims.subject !== undefined && claims.subject !== login.subject) return false;
  if (claims.providerSession === undefined) return claims.subject !== undefined;
  const isUnknown = login.providerSession === undefined && claims.subject !== undefined;
  return isUnknown || login.providerSession === claims.providerSession;
};
