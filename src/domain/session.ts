import type { Branded, Json, Seconds } from "./brand.ts";
import type { SealedText } from "./token-set.ts";
import type { Username } from "./user.ts";

/** 24 random bytes in base64url. It opens nothing without its signature in the cookie. */
export type SessionId = Branded<"SessionId">;

export const sessionIdBytes = 24;

export const parseSessionId = (text: string): SessionId | undefined =>
  /^[A-Za-z0-9_-]{32}$/.test(text) ? (text as SessionId) : undefined;

/** Somebody's login, as it is kept in a session. */
export interface Login {
  /** For the operator and for staleness marks; rights come from the tokens, never from here. */
  readonly username: Username;
  readonly since: Seconds;
  /** When its owner was last seen; written once in a while only, see `session-use.ts`. */
  readonly lastUsed?: Seconds;
  /** The provider's own name for the person: the id token's `sub`. */
  readonly subject?: string;
  /** The provider's name for its own session with this browser: the id token's `sid`, where it has one. */
  readonly providerSession?: string;
  /** What the person logged in with, for their own eyes; coarse, such as "Firefox on Linux". */
  readonly client?: string;
  /** A {@link TokenSet}, sealed under this session's encryption context. */
  readonly sealedTokens: SealedText;
}

export interface Session {
  readonly login?: Login;
  readonly [value: string]: Json | Login | undefined;
}

/** Changes with every write of a session; opaque, only compared. */
export type Revision = Branded<"Revision">;

export interface StoredSession {
  readonly session: Session;
  readonly revision: Revision;
}
