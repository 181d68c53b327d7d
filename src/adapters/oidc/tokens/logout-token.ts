import type { Json, JsonObject, Seconds } from "../../../domain/brand.ts";
import { ProviderDown } from "../../../domain/failure.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import { isJsonObject } from "../../../domain/json-object.ts";
import { logoutTokenMaxAge } from "../../../domain/sessions/logout-claims.ts";
import type { LogoutVerification } from "../../../ports/driven/identity/identity-provider.ts";
import { logoutEvent } from "./id-token-claims.ts";
import type { KeySet } from "./key-set.ts";
import { rejectionOf } from "./token-verifier.ts";
import { verifyJwt } from "./verify-jwt.ts";

export interface LogoutTokenChecks {
  readonly clientId: string;
  readonly algorithms: readonly string[];
  readonly now: Seconds;
  /** How far `nbf` and `iat` may be in the future. */
  readonly startTolerance: Seconds;
}

/** In characters. Sessions do not store longer identifiers either, see `session-owner.ts`. */
const maxIdentifierLength = 1000;

const isLogoutTokenType = (type: string | undefined): boolean =>
  type === undefined || /^(application\/)?(logout\+)?jwt$/i.test(type);

/**
 * An optional identifier: undefined when the claim is absent, or null as some providers send it; null when it is
 * invalid.
 */
const parseIdentifier = (claim: Json | undefined): string | undefined | null => {
  if (claim === undefined || claim === null) return undefined;
  return typeof claim === "string" && claim !== "" && claim.length <= maxIdentifierLength ? claim : null;
};

const invalid = (reason: string): LogoutVerification => ({ outcome: "invalid", reason });

/**
 * What is wrong with the token's times; undefined when they are valid. `exp` is optional, since providers of the drafts
 * do not send it. Throws ProviderDown when a clock must be wrong.
 */
const timeError = (claims: JsonObject, { now, startTolerance }: LogoutTokenChecks): string | undefined => {
  const { iat, exp, nbf } = claims;
  if (typeof iat !== "number") return "The token does not say when it was issued.";
  if (Math.max(iat, typeof nbf === "number" ? nbf : iat) > now + startTolerance) {
    // The provider has signed it, so that its clock or ours is wrong, and the token is to be sent again.
    throw new ProviderDown({
      cause: new Error("A logout token's start lies ahead of this server's clock: is that right?"),
    });
  }
  const isExpired = iat + logoutTokenMaxAge <= now || (typeof exp === "number" && exp <= now);
  return isExpired ? "The token has expired." : undefined;
};

/** Validates claims whose signature, issuer and audience are right (OpenID Connect Back-Channel Logout section 2.6). */
const validateClaims = (claims: JsonObject, checks: LogoutTokenChecks): LogoutVerification => {
  const { events } = claims;
  if (!isJsonObject(events) || !isJsonObject(events[logoutEvent]))
    return invalid("The token is not a logout token.");
  // The specification forbids a nonce, so that no id token passes for a logout token.
  if (Object.hasOwn(claims, "nonce")) return invalid("A logout token has no nonce.");
  const id = parseIdentifier(claims.jti);
  if (typeof id !== "string") return invalid("The token has no usable jti.");
  const [subject, providerSession] = [parseIdentifier(claims.sub), parseIdentifier(claims.sid)];
  if (subject === null || providerSession === null) return invalid("The token's sub or sid is not usable.");
  if (subject === undefined && providerSession === undefined) {
    return invalid("The token names neither a person nor a session.");
  }
  const error = timeError(claims, checks);
  return error === undefined
    ? { outcome: "valid", claims: { id, subject, providerSession } }
    : invalid(error);
};

/** Validates a logout token; see the port. Anybody can send one, so that the key set's fetches for them are limited. */
export const verifyLogoutToken = async (
  logoutToken: string,
  checks: LogoutTokenChecks,
  keys: KeySet,
  { issuer, jwks_uri }: ProviderMetadata,
): Promise<LogoutVerification> => {
  try {
    const { payload, protectedHeader } = await verifyJwt(logoutToken, keys, jwks_uri, "logout-token", {
      algorithms: [...checks.algorithms],
      issuer,
      audience: checks.clientId,
    });
    if (!isLogoutTokenType(protectedHeader.typ)) return invalid("The token is not a logout token.");
    return validateClaims(payload as JsonObject, checks);
  } catch (error) {
    const rejection = rejectionOf(error);
    return rejection.outcome === "expired" ? invalid("The token has expired.") : rejection;
  }
};
