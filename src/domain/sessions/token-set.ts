import type { Branded, JsonObject, Seconds } from "../brand.ts";
import { parseObject } from "../json-object.ts";

/** Text that only the token sealer can open, under the context it was sealed in. */
export type SealedText = Branded<"SealedText">;

/** What the identity provider gives at a login and at each renewal. */
export interface TokenSet {
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** What userinfo said of the claims that the id token lacks; absent: it was not asked. See `userinfo.ts`. */
  readonly userinfo?: JsonObject;
  /**
   * NotBefore marks up to this one were set before the provider was asked for this id token: by them it is fresh,
   * whatever its `iat` says. Absent: the token came of a login.
   */
  readonly renewedAfterMark?: Seconds;
}

export const serialiseTokens = (tokens: TokenSet): string => JSON.stringify(tokens);

/** Reads what {@link serialiseTokens} wrote; undefined for anything else. */
export const parseTokens = (text: string): TokenSet | undefined => {
  const value: Partial<Record<keyof TokenSet, unknown>> | undefined = parseObject(text);
  if (!value) return undefined;
  const { idToken, accessToken, refreshToken, userinfo, renewedAfterMark } = value;
  if (typeof idToken !== "string" || typeof accessToken !== "string" || typeof refreshToken !== "string") {
    return undefined;
  }
  const isMark = typeof renewedAfterMark === "number" && Number.isFinite(renewedAfterMark);
  if (renewedAfterMark !== undefined && !isMark) return undefined;
  const tokens = { idToken, accessToken, refreshToken, ...(isMark ? { renewedAfterMark } : {}) };
  if (userinfo === undefined) return tokens;
  if (typeof userinfo !== "object" || userinfo === null || Array.isArray(userinfo)) return undefined;
  return { ...tokens, userinfo: userinfo as JsonObject };
};
