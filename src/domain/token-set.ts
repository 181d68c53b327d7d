import type { Branded, JsonObject } from "./brand.ts";

/** Text that only the token sealer can open, under the context it was sealed in. */
export type SealedText = Branded<"SealedText">;

/** What the identity provider gives at a login and at each renewal. */
export interface TokenSet {
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** What userinfo said of the claims that the id token lacks; absent: it was not asked. See `userinfo.ts`. */
  readonly userinfo?: JsonObject;
}

export const serialiseTokens = (tokens: TokenSet): string => JSON.stringify(tokens);

/** Reads what {@link serialiseTokens} wrote; undefined for anything else. */
export const parseTokens = (text: string): TokenSet | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { idToken, accessToken, refreshToken, userinfo } = value as Partial<Record<keyof TokenSet, unknown>>;
  if (typeof idToken !== "string" || typeof accessToken !== "string" || typeof refreshToken !== "string") {
    return undefined;
  }
  if (userinfo === undefined) return { idToken, accessToken, refreshToken };
  if (typeof userinfo !== "object" || userinfo === null || Array.isArray(userinfo)) return undefined;
  return { idToken, accessToken, refreshToken, userinfo: userinfo as JsonObject };
};
