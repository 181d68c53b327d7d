import { hash, randomBytes } from "node:crypto";
import { errors } from "jose";
import { LRUCache } from "lru-cache";
import type { JsonObject } from "../../../domain/brand.ts";
import { ProviderDown } from "../../../domain/failure.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import { memoize } from "../../../domain/memoize.ts";
import type { IdToken, Verification } from "../../../ports/driven/identity/identity-provider.ts";
import type { ProviderDescription } from "../provider-description.ts";
import { verifySigned } from "../signed-token.ts";
import { type Expectations, judgeClaims } from "./id-token-claims.ts";
import type { KeySet, Keys, Origin } from "./key-set.ts";

const cachedTokens = 10_000;
/** Of token text; parsed claims take about as much again. */
const cachedCharacters = 16 * 1024 * 1024;

/** Times are judged by {@link judgeClaims}, at each use and with a tolerance for each kind; here only their types. */
const anyTime = 2 ** 40;

/** A signature that was right, and what it was right under. */
interface Verified {
  readonly claims: JsonObject;
  readonly issuer: string;
  readonly keys: Keys;
}

export interface TokenVerifier {
  /** Throws ProviderDown when the keys cannot be had. */
  verify(token: IdToken, expected: Expectations, origin: Origin): Promise<Verification>;
}

type Doubt = Extract<Verification, { readonly outcome: "unverifiable" }>;
type Refusal = Extract<Verification, { readonly outcome: "expired" | "invalid" }>;

const claimReason = (claim: string): string => {
  if (claim === "iss") return "The token was issued by another provider.";
  if (claim === "aud") return "The token was made for another client.";
  return `The token's claim ${JSON.stringify(claim)} is missing or malformed.`;
};

const reasons: { readonly [code: string]: string } = {
  ERR_JOSE_ALG_NOT_ALLOWED: "The token is signed in a way that is not accepted.",
  ERR_JOSE_NOT_SUPPORTED: "The token is signed in a way that is not accepted.",
  ERR_JWKS_NO_MATCHING_KEY: "The token is signed by an unknown key.",
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: "The token does not say which key it is signed by.",
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: "The token's signature is not right.",
  ERR_JWS_INVALID: "The token is malformed.",
  ERR_JWT_INVALID: "The token is malformed.",
};

/** What an error of jose's says about the token; what it says about the keys is thrown as ProviderDown. */
export const refusal = (error: unknown): Refusal => {
  if (error instanceof errors.JWTExpired) return { outcome: "expired" };
  if (error instanceof errors.JWTClaimValidationFailed)
    return { outcome: "invalid", reason: claimReason(error.claim) };
  const reason = error instanceof errors.JOSEError ? reasons[error.code] : undefined;
  if (reason !== undefined) return { outcome: "invalid", reason };
  throw error instanceof ProviderDown ? error : new ProviderDown({ cause: error });
};

/** The same for a token that was verified before it was sealed: keys that are gone say nothing against its owner. */
const ownRefusal = (error: unknown): Refusal | Doubt => {
  const refused = refusal(error);
  const isDoubt = error instanceof errors.JWKSNoMatchingKey && refused.outcome === "invalid";
  return isDoubt ? { outcome: "unverifiable", reason: refused.reason } : refused;
};

const isTypeOfIdToken = (type: string | undefined): boolean =>
  type === undefined || /^(application\/)?jwt$/i.test(type);

export const tokenVerifier = (
  algorithms: readonly string[],
  keySet: KeySet,
  description: Pick<ProviderDescription, "get" | "kept">,
): TokenVerifier => {
  // Saves verifying a signature of 50 µs for each request (`npm run bench caches`).
  // Keyed, so that neither memory dumps nor chosen tokens tell anything by the keys of the cache.
  // Not an HMAC, which takes several times as long: nobody outside sees these, nor could make them longer.
  const secret = randomBytes(32).toString("base64");
  const cache = new LRUCache<string, Verified>({
    max: cachedTokens,
    maxSize: cachedCharacters,
  });
  const hashOf = ({ idToken }: IdToken): string => hash("sha256", `${secret}${idToken}`, "base64");
  // A stranger's token comes in another object each time, which nobody needs to remember.
  const hashOfOwn = memoize(hashOf);

  const verifySignature = async (
    idToken: string,
    clientId: string,
    origin: Origin,
    { issuer, jwks_uri }: ProviderMetadata,
  ): Promise<Verified | Refusal | Doubt> => {
    try {
      const { payload, protectedHeader } = await verifySigned(idToken, keySet, jwks_uri, origin, {
        algorithms: [...algorithms],
        issuer,
        audience: clientId,
        requiredClaims: ["exp"],
        clockTolerance: anyTime,
      });
      if (!isTypeOfIdToken(protectedHeader.typ)) {
        return { outcome: "invalid", reason: "The token is not an id token." };
      }
      return { claims: payload as JsonObject, issuer, keys: await keySet.keys(jwks_uri) };
    } catch (error) {
      return origin === "own" ? ownRefusal(error) : refusal(error);
    }
  };

  return {
    async verify(token, expected, origin) {
      const { idToken } = token;
      const key = `${origin === "own" ? hashOfOwn(token) : hashOf(token)} ${expected.clientId}`;
      const provider = description.kept() ?? (await description.get());
      const cached = cache.get(key);
      const { issuer, jwks_uri } = provider;
      if (
        cached?.issuer === issuer &&
        cached.keys === (keySet.kept(jwks_uri) ?? (await keySet.keys(jwks_uri)))
      ) {
        const verification = judgeClaims(cached.claims, expected);
        if (verification.outcome !== "valid") cache.delete(key);
        return verification;
      }
      const verified = await verifySignature(idToken, expected.clientId, origin, provider);
      if ("outcome" in verified) return verified;
      const verification = judgeClaims(verified.claims, expected);
      if (verification.outcome === "valid") cache.set(key, verified, { size: idToken.length });
      return verification;
    },
  };
};
