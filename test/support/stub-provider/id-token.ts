import { createHmac } from "node:crypto";
import { type JWTPayload, SignJWT } from "jose";
import type { TokenFault } from "./fault.ts";
import { type SigningKey, signingKey } from "./signing-key.ts";

export interface MintOptions {
  readonly issuer: string;
  readonly key: SigningKey;
  readonly now: number;
  readonly fault: TokenFault | undefined;
  /** The header's `typ`. Default: "JWT". */
  readonly type?: string | undefined;
}

const without = (claims: JWTPayload, name: string): JWTPayload => {
  const { [name]: _, ...others } = claims;
  return others;
};

/** Applies a fault of the claims. */
const faultyClaims = (claims: JWTPayload, { fault, now }: MintOptions): JWTPayload => {
  switch (fault) {
    case "wrong-issuer":
      return { ...claims, iss: "https://elsewhere.example" };
    case "wrong-audience":
      return { ...claims, aud: "somebody-else" };
    case "several-audiences-without-azp":
      return { ...claims, aud: [String(claims.aud), "somebody-else"] };
    case "several-audiences-with-wrong-azp":
      return { ...claims, aud: [String(claims.aud), "somebody-else"], azp: "somebody-else" };
    case "no-exp":
      return without(claims, "exp");
    case "exp-not-a-number":
      return { ...claims, exp: "tomorrow" as unknown as number };
    case "expired":
      return { ...claims, iat: now - 7200, exp: now - 3600 };
    case "not-yet-valid":
      return { ...claims, nbf: now + 60 };
    case "issued-in-the-future":
      return { ...claims, iat: now + 60 };
    case "iat-not-a-number":
      return { ...claims, iat: "yesterday" as unknown as number };
    case "wrong-nonce":
      return { ...claims, nonce: "the nonce of another login" };
    case "no-nonce":
      return without(claims, "nonce");
    case "no-username":
      return without(claims, "preferred_username");
    case "no-subject":
      return without(claims, "sub");
    case "access-token":
      return { ...claims, token_use: "access" };
    case "logout-token":
      return { ...claims, events: { "http://schemas.openid.net/event/backchannel-logout": {} } };
    default:
      return claims;
  }
};

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const signed = (claims: JWTPayload, key: SigningKey, header: object): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ kid: key.kid, ...header, alg: key.alg })
    .sign(key.privateKey, { crit: { urgent: true } });

/** Signs a token with the fault, if any. */
export const mint = async (wanted: JWTPayload, settings: MintOptions): Promise<string> => {
  const { issuer, key, fault } = settings;
  const type = "type" in settings ? settings.type : "JWT";
  const sign = (claims: JWTPayload, by: SigningKey, header: object = {}) =>
    signed(claims, by, { typ: type, ...header });
  const claims = faultyClaims(wanted, settings);
  const attackerKey = () => signingKey("RS256", "attacker");
  switch (fault) {
    case "none-algorithm":
      return `${encode({ alg: "none", typ: "JWT", kid: key.kid })}.${encode(claims)}.`;
    case "hs256-with-public-key": {
      const input = `${encode({ alg: "HS256", typ: "JWT", kid: key.kid })}.${encode(claims)}`;
      return `${input}.${createHmac("sha256", key.publicPem).update(input).digest("base64url")}`;
    }
    case "key-in-header-jwk":
      return sign(claims, await attackerKey(), { jwk: (await attackerKey()).publicJwk });
    case "key-in-header-jku":
      return sign(claims, await attackerKey(), { jku: `${issuer}/attacker-keys` });
    case "key-in-header-x5u":
      return sign(claims, await attackerKey(), { x5u: `${issuer}/attacker-keys` });
    case "unknown-kid":
      return sign(claims, await attackerKey());
    case "bad-signature":
      return sign(claims, { ...(await signingKey("RS256", "attacker")), kid: key.kid });
    case "other-type-in-header":
      return sign(claims, key, { typ: "at+jwt" });
    case "unknown-critical-header":
      return sign(claims, key, { crit: ["urgent"], urgent: true });
    case "not-a-jwt":
      return "neither.a-token";
    default:
      return sign(claims, key);
  }
};
