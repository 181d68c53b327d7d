import type { JsonObject } from "../../../../src/domain/brand.ts";
import type { LogoutClaims } from "../../../../src/domain/sessions/logout-claims.ts";
import type { TokenSet } from "../../../../src/domain/sessions/token-set.ts";
import type {
  IdentityProvider,
  UntrustedTokens,
  Verification,
  VerifiedTokens,
} from "../../../../src/ports/driven/identity/identity-provider.ts";
import type { Clock } from "../../../../src/ports/driven/system/clock.ts";

export interface FakeProvider extends IdentityProvider {
  /** Tokens of somebody who has just logged in; the id token is good for an hour. */
  tokensOf(username: string, groups?: readonly string[], more?: JsonObject): TokenSet;
  /** What happens at the next refresh grants; without it they succeed, each refresh token once. */
  onRefresh: ((tokens: TokenSet) => Promise<VerifiedTokens | UntrustedTokens | "refused">) | undefined;
  readonly refreshed: string[];
  readonly revoked: string[];
  /** What userinfo says; an error is thrown. */
  onUserinfo: (accessToken: string) => JsonObject | "refused" | Error;
  /** Access tokens that userinfo was asked with. */
  readonly userinfoAsked: string[];
  /** Thrown by verify and metadata while it is set. */
  outage: Error | undefined;
}

const metadata = {
  issuer: "https://idp.example.org",
  jwks_uri: "https://idp.example.org/jwks",
  authorization_endpoint: "https://idp.example.org/auth",
  token_endpoint: "https://idp.example.org/token",
  end_session_endpoint: "https://idp.example.org/end",
  scopes_supported: ["openid", "profile"],
};

/** An identity provider whose id tokens are their claims as JSON, and logout tokens what they say, and which others may make err. */
export const fakeProvider = (clock: Clock): FakeProvider => {
  const used = new Set<string>();
  let count = 0;

  const tokensOf = (username: string, groups: readonly string[] = [], more: JsonObject = {}): TokenSet => {
    count += 1;
    const [iat, exp] = [clock.now(), clock.now() + 3600];
    const claims = { iss: metadata.issuer, sub: username, groups, aud: "app", iat, exp, ...more };
    return {
      idToken: JSON.stringify(claims),
      accessToken: `access-${count}`,
      refreshToken: `refresh-${count}`,
    };
  };

  const verify = (idToken: string, audience: string): Verification => {
    if (!idToken.startsWith("{")) return { outcome: "invalid", reason: "it is no token" };
    const claims = JSON.parse(idToken) as JsonObject;
    if (claims["aud"] !== audience) return { outcome: "invalid", reason: "it is for somebody else" };
    return Number(claims["exp"]) <= clock.now() ? { outcome: "expired" } : { outcome: "valid", claims };
  };

  const refresh = async (tokens: TokenSet): Promise<VerifiedTokens | "refused"> => {
    if (used.has(tokens.refreshToken)) return "refused";
    used.add(tokens.refreshToken);
    const { sub, groups } = JSON.parse(tokens.idToken) as { sub: string; groups: string[] };
    const renewed = tokensOf(sub, groups);
    return { tokens: renewed, claims: JSON.parse(renewed.idToken) as JsonObject };
  };

  const provider: FakeProvider = {
    tokensOf,
    onRefresh: undefined,
    onUserinfo: () => ({}),
    userinfoAsked: [],
    refreshed: [],
    revoked: [],
    outage: undefined,
    async metadata() {
      if (provider.outage) throw provider.outage;
      return metadata;
    },
    async authorizationUrl(attempt) {
      return `${metadata.authorization_endpoint}?state=${attempt.state}`;
    },
    async redeemCode() {
      const tokens = tokensOf("alice", ["blab/owners"]);
      return { tokens, claims: JSON.parse(tokens.idToken) as JsonObject };
    },
    async refresh(tokens) {
      provider.refreshed.push(tokens.refreshToken);
      return (provider.onRefresh ?? refresh)(tokens);
    },
    async userinfo({ accessToken }) {
      provider.userinfoAsked.push(accessToken);
      const said = provider.onUserinfo(accessToken);
      if (said instanceof Error) throw said;
      return said;
    },
    async verify({ idToken }, audience) {
      if (provider.outage) throw provider.outage;
      return verify(idToken, audience);
    },
    async endSessionUrl(returnTo, idToken) {
      return `${metadata.end_session_endpoint}?to=${returnTo}&hint=${idToken === undefined ? "none" : "some"}`;
    },
    async revoke(tokens) {
      if (provider.outage) throw provider.outage;
      provider.revoked.push(tokens.refreshToken);
    },
    async verifyLogout(logoutToken) {
      if (provider.outage) throw provider.outage;
      if (!logoutToken.startsWith("{")) return { outcome: "invalid", reason: "it is no token" };
      return { outcome: "valid", claims: JSON.parse(logoutToken) as LogoutClaims };
    },
    async ready() {},
  };
  return provider;
};
