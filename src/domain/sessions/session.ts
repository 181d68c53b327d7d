import type { Branded, Json, Seconds } from "../brand.ts";
import type { Person } from "../identity/person.ts";
import { parsePerson } from "../identity/person.ts";
import type { Username } from "../identity/user.ts";
import { parseObject } from "../json-object.ts";
import type { SealedText } from "./token-set.ts";

/** 24 random bytes in base64url. It is of no use without the cookie's signature. */
export type SessionId = Branded<"SessionId">;

export const sessionIdBytes = 24;

export const parseSessionId = (text: string): SessionId | undefined =>
  /^[A-Za-z0-9_-]{32}$/.test(text) ? (text as SessionId) : undefined;

/** A login, as a session stores it. */
export interface Login {
  /** For the operator and for not-before marks; rights come from the tokens, never from here. */
  readonly username: Username;
  /** The session's owner. Absent: version 0.1 created it, and it has not been renewed since. */
  readonly person?: Person;
  readonly since: Seconds;
  /** When the session was last used; rewritten at intervals only, see `touch-session.ts`. */
  readonly lastUsed?: Seconds;
  /** The id token's `sub`, by which logout tokens identify the person. */
  readonly subject?: string;
  /** The id token's `sid`, if any, which identifies the provider's own session with this browser. */
  readonly providerSession?: string;
  /** The browser, shown to its owner only; coarse, such as "Firefox on Linux". */
  readonly client?: string;
  /** A {@link TokenSet}, sealed under this session's encryption context. */
  readonly sealedTokens: SealedText;
}

/** Why a session's login ended, to be shown to its owner; removed at the next login. */
export type LoginEnd = (typeof loginEnds)[number];

/** `not-renewed`: the provider refused to renew it. `too-old`: it reached SESSION_MAX_LIFETIME. */
const loginEnds = ["not-renewed", "too-old"] as const;

export interface Session {
  readonly login?: Login;
  readonly loginEnd?: LoginEnd;
  readonly [value: string]: Json | Login | undefined;
}

/** What is in a session beside its login: parts of the program may keep there what they like. */
export type SessionValues = Omit<Session, "login" | "loginEnd">;

export const valuesOf = ({ login: _, loginEnd: __, ...values }: Session): SessionValues => values;

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

/** Drops an unknown `loginEnd`: it is only a hint, and the session is valid without it. */
const withoutLoginEnd = (session: object): Session => {
  const { loginEnd: _, ...others } = session as Session;
  return others;
};

/** Parses a stored session; undefined when it has another shape, as one of another version or program may. */
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
