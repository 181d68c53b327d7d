import type { Branded, Json, JsonObject, Seconds } from "../brand.ts";
import { isJsonObject, parseObject } from "../json-object.ts";

/** A text that the token sealer encrypted; it can be opened in its encryption context only. */
export type SealedText = Branded<"SealedText">;

/** The tokens that the provider issues at a login and at each renewal. */
export interface TokenSet {
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** The userinfo claims that the id token lacks; absent when userinfo was not requested. See `userinfo.ts`. */
  readonly userinfo?: JsonObject;
  /**
   * Not-before marks up to this one were set before this id token was requested, which is therefore fresh by them,
   * whatever its `iat`. Absent: the token was issued at a login.
   */
  readonly renewedAfterMark?: Seconds;
}

export const serialiseTokens = (tokens: TokenSet): string => JSON.stringify(tokens);

/** Parses what {@link serialiseTokens} wrote; undefined for anything else. */
export const parseTokens = (text: string): TokenSet | undefined => {
  const value: Partial<Record<keyof TokenSet, Json>> | undefined = parseObject(text);
  if (!value) return undefined;
  const { idToken, accessToken, refreshToken, userinfo, renewedAfterMark } = value;
  if (typeof idToken !== "string" || typeof accessToken !== "string" || typeof refreshToken !== "string") {
    return undefined;
  }
  const isMark = typeof renewedAfterMark === "number" && Number.isFinite(renewedAfterMark);
  if (renewedAfterMark !== undefined && !isMark) return undefined;
  const tokens = { idToken, accessToken, refreshToken, ...(isMark ? { renewedAfterMark } : {}) };
  if (userinfo === undefined) return tokens;
  return isJsonObject(userinfo) ? { ...tokens, userinfo } : undefined;
};
