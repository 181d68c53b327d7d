import type { Branded, Json, Seconds } from "../brand.ts";
import type { Person } from "../identity/person.ts";
import { parsePerson } from "../identity/person.ts";
import type { Username } from "../identity/user.ts";
import { parseObject } from "../json-object.ts";
import type { SealedText } from "./token-set.ts";

/** 24 random bytes in base64url. It opens nothing without its signature in the cookie. */
export type SessionId = Branded<"SessionId">;

export const sessionIdBytes = 24;

export const parseSessionId = (text: string): SessionId | undefined =>
  /^[A-Za-z0-9_-]{32}$/.test(text) ? (text as SessionId) : undefined;

/** Somebody's login, as it is kept in a session. */
export interface Login {
  /** For the operator and for not-before marks; rights come from the tokens, never from here. */
  readonly username: Username;
  /** Whose session it is. Absent: version 0.1 began it, and it has not been renewed since. */
  readonly person?: Person;
  readonly since: Seconds;
  /** When its owner was last seen; written once in a while only, see `touch-session.ts`. */
  readonly lastUsed?: Seconds;
  /** The id token's `sub`, which the provider's logout notices name. */
  readonly subject?: string;
  /** The provider's name for its own session with this browser: the id token's `sid`, where it has one. */
  readonly providerSession?: string;
  /** What the person logged in with, for their own eyes; coarse, such as "Firefox on Linux". */
  readonly client?: string;
  /** A {@link TokenSet}, sealed under this session's encryption context. */
  readonly sealedTokens: SealedText;
}

/** Why a session that goes on has no login any more, for whoever logged in with it; forgotten at the next login. */
export type LoginEnd = (typeof loginEnds)[number];

/** The provider did not renew it; it had lasted as long as logins may. */
const loginEnds = ["not-renewed", "too-old"] as const;

export interface Session {
  readonly login?: Login;
  readonly loginEnd?: LoginEnd;
  readonly [value: string]: Json | Login | undefined;
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isTextOrAbsent = (value: unknown): boolean => value === undefined || typeof value === "string";
const isTime = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);

const isLogin = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null) return false;
  const login = value as Readonly<Record<string, unknown>>;
  return (
    isText(login["username"]) &&
    isText(login["sealedTokens"]) &&
    (login["person"] === undefined || parsePerson(login["person"]) !== undefined) &&
    isTime(login["since"]) &&
    (login["lastUsed"] === undefined || isTime(login["lastUsed"])) &&
    ["subject", "providerSession", "client"].every((name) => isTextOrAbsent(login[name]))
  );
};

export const parseLoginEnd = (value: unknown): LoginEnd | undefined => loginEnds.find((end) => end === value);

/** Only a hint: the rest of the session is as good without it. */
const withoutLoginEnd = (session: object): Session => {
  const { loginEnd: _, ...others } = session as Session;
  return others;
};

/**
 * Reads a stored session's JSON; undefined for what is none, or is one of another shape, as another version or
 * somebody else may have written it.
 */
export const parseSession = (text: string): Session | undefined => {
  const session = parseObject(text);
  if (!session || (session["login"] !== undefined && !isLogin(session["login"]))) return undefined;
  const loginEnd = session["loginEnd"];
  return loginEnd === undefined || parseLoginEnd(loginEnd) ? (session as Session) : withoutLoginEnd(session);
};

/** Changes with every write of a session; opaque, only compared. */
export type Revision = Branded<"Revision">;

export interface StoredSession {
  readonly session: Session;
  readonly revision: Revision;
}
