import { hash, randomBytes } from "node:crypto";
import { errors } from "jose";
import { LRUCache } from "lru-cache";
import type { JsonObject } from "../../../domain/brand.ts";
import { ProviderDown } from "../../../domain/failure.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import { memoize } from "../../../domain/memoize.ts";
import type { IdToken, Verification } from "../../../ports/driven/identity/identity-provider.ts";
import type { ProviderDiscovery } from "../provider-discovery.ts";
import { type IdTokenChecks, validateClaims } from "./id-token-claims.ts";
import type { KeySet, Keys, TokenOrigin } from "./key-set.ts";
import { verifyJwt } from "./verify-jwt.ts";

const maxCachedTokens = 10_000;
/** Of the tokens' text; their parsed claims take about as much again. */
const maxCachedCharacters = 16 * 1024 * 1024;

/** The claims of a token whose signature is right, and the issuer and keys that it was verified with. */
interface VerifiedSignature {
  readonly claims: JsonObject;
  readonly issuer: string;
  readonly keys: Keys;
}

export interface TokenVerifier {
  /** Verifies an id token (OpenID Connect Core section 3.1.3.7). Throws ProviderDown when the keys are unavailable. */
  verify(token: IdToken, checks: IdTokenChecks, origin: TokenOrigin): Promise<Verification>;
}

type Unverifiable = Extract<Verification, { readonly outcome: "unverifiable" }>;
type Rejection = Extract<Verification, { readonly outcome: "expired" | "invalid" }>;

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

/** What an error of jose's says about a token. Throws ProviderDown for one that is about the keys. */
export const rejectionOf = (error: unknown): Rejection => {
  if (error instanceof errors.JWTExpired) return { outcome: "expired" };
  if (error instanceof errors.JWTClaimValidationFailed)
    return { outcome: "invalid", reason: claimReason(error.claim) };
  const reason = error instanceof errors.JOSEError ? reasons[error.code] : undefined;
  if (reason !== undefined) return { outcome: "invalid", reason };
  throw error instanceof ProviderDown ? error : new ProviderDown({ cause: error });
};

/** The same for a trusted token: it is not invalid because its key has been withdrawn since it was issued. */
const trustedRejectionOf = (error: unknown): Rejection | Unverifiable => {
  const rejection = rejectionOf(error);
  const isUnverifiable = error instanceof errors.JWKSNoMatchingKey && rejection.outcome === "invalid";
  return isUnverifiable ? { outcome: "unverifiable", reason: rejection.reason } : rejection;
};

const isIdTokenType = (type: string | undefined): boolean =>
  type === undefined || /^(application\/)?jwt$/i.test(type);

export const tokenVerifier = (
  algorithms: readonly string[],
  keySet: KeySet,
  discovery: Pick<ProviderDiscovery, "get" | "cached">,
): TokenVerifier => {
  // The cache saves the verification of a signature, 50 µs of each request (`npm run bench caches`).
  // Its keys are hashes with a secret, so that neither a memory dump nor a chosen token reveals anything by them.
  // An HMAC would take several times as long, and is not needed: nobody outside sees these hashes or can extend them.
  const secret = randomBytes(32).toString("base64");
  const cache = new LRUCache<string, VerifiedSignature>({
    max: maxCachedTokens,
    maxSize: maxCachedCharacters,
  });
  const hashOf = ({ idToken }: IdToken): string => hash("sha256", `${secret}${idToken}`, "base64");
  // Only a session's token is the same object at each request, see the port.
  const memoizedHashOf = memoize(hashOf);

  const verifySignature = async (
    idToken: string,
    clientId: string,
    origin: TokenOrigin,
    { issuer, jwks_uri }: ProviderMetadata,
  ): Promise<VerifiedSignature | Rejection | Unverifiable> => {
    try {
      const { payload, protectedHeader } = await verifyJwt(idToken, keySet, jwks_uri, origin, {
        algorithms: [...algorithms],
        issuer,
        audience: clientId,
        requiredClaims: ["exp"],
      });
      if (!isIdTokenType(protectedHeader.typ)) {
        return { outcome: "invalid", reason: "The token is not an id token." };
      }
      return { claims: payload as JsonObject, issuer, keys: await keySet.get(jwks_uri) };
    } catch (error) {
      return origin === "trusted" ? trustedRejectionOf(error) : rejectionOf(error);
    }
  };

  return {
    async verify(token, checks, origin) {
      const { idToken } = token;
      const key = `${origin === "trusted" ? memoizedHashOf(token) : hashOf(token)} ${checks.clientId}`;
      const metadata = discovery.cached() ?? (await discovery.get());
      const cached = cache.get(key);
      const { issuer, jwks_uri } = metadata;
      if (
        cached?.issuer === issuer &&
        cached.keys === (keySet.cached(jwks_uri) ?? (await keySet.get(jwks_uri)))
      ) {
        const verification = validateClaims(cached.claims, checks);
        if (verification.outcome !== "valid") cache.delete(key);
        return verification;
      }
      const verified = await verifySignature(idToken, checks.clientId, origin, metadata);
      if ("outcome" in verified) return verified;
      const verification = validateClaims(verified.claims, checks);
      if (verification.outcome === "valid") cache.set(key, verified, { size: idToken.length });
      return verification;
    },
  };
};
