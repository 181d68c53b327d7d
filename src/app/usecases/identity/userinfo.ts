import type { JsonObject } from "../../../domain/brand.ts";
import { ProviderDown } from "../../../domain/failure.ts";
import type { ClaimNames } from "../../../domain/identity/user.ts";
import { lacksClaims, missingClaims, withUserinfo } from "../../../domain/identity/userinfo.ts";
import { memoize } from "../../../domain/memoize.ts";
import type { TokenSet } from "../../../domain/sessions/token-set.ts";
import type { IdentityProvider, IdToken } from "../../../ports/driven/identity/identity-provider.ts";

/**
 * Claims that only the userinfo endpoint has. They are fetched at each login and renewal, and stored with the tokens.
 * The person is identified by the id token only.
 */
export interface Userinfo {
  /** Whether the id token lacks a claim, and userinfo has not been fetched. */
  isDue(token: IdToken, claims: JsonObject): boolean;
  /** The id token's `claims` completed by userinfo's; memoized, so the same object each time. */
  claimsOf(token: IdToken, claims: JsonObject): JsonObject;
  /** Adds userinfo's claims to the tokens. "refused": the endpoint rejects the access token. Throws ProviderDown. */
  ask(tokens: TokenSet, claims: JsonObject): Promise<TokenSet | "refused">;
  /** The same for tokens that were just issued, whose rejection is an outage. Throws ProviderDown. */
  askAtOnce(tokens: TokenSet, claims: JsonObject): Promise<TokenSet>;
}

interface Deps {
  readonly identityProvider: Pick<IdentityProvider, "userinfo">;
  readonly claimNames: ClaimNames;
  /** Setting OIDC_USERINFO. */
  readonly userinfoMode: "auto" | "never";
}

export const userinfo = ({ identityProvider, claimNames, userinfoMode }: Deps): Userinfo => {
  const isLacking = memoize((claims: JsonObject) => lacksClaims(claims, claimNames));
  const merged = new WeakMap<IdToken, { readonly from: JsonObject; readonly all: JsonObject }>();

  const ask = async (tokens: TokenSet, claims: JsonObject): Promise<TokenSet | "refused"> => {
    const response = await identityProvider.userinfo(tokens, String(claims["sub"]));
    return response === "refused"
      ? response
      : { ...tokens, userinfo: missingClaims(claims, response, claimNames) };
  };

  return {
    isDue: (token, claims) => userinfoMode === "auto" && token.userinfo === undefined && isLacking(claims),
    claimsOf(token, claims) {
      if (token.userinfo === undefined) return claims;
      const before = merged.get(token);
      if (before?.from === claims) return before.all;
      const all = withUserinfo(claims, token.userinfo);
      merged.set(token, { from: claims, all });
      return all;
    },
    ask,
    async askAtOnce(tokens, claims) {
      const asked = await ask(tokens, claims);
      if (asked !== "refused") return asked;
      throw new ProviderDown({
        cause: new Error(
          "The provider's userinfo endpoint does not take the access token that came just now",
        ),
      });
    },
  };
};
