import type { Json, JsonObject, Seconds } from "../../../domain/brand.ts";
import { ProviderDown } from "../../../domain/failure.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import { isJsonObject } from "../../../domain/json-object.ts";
import { logoutTokenMaxAge } from "../../../domain/sessions/logout-claims.ts";
import type { LogoutVerification } from "../../../ports/driven/identity/identity-provider.ts";
import { verifySigned } from "../signed-token.ts";
import { logoutEvent } from "./id-token-claims.ts";
import type { KeySet } from "./key-set.ts";
import { refusal } from "./token-verifier.ts";

export interface LogoutExpectations {
  readonly clientId: string;
  readonly algorithms: readonly string[];
  readonly now: Seconds;
  readonly startTolerance: Seconds;
}

/** Times are judged by {@link judgeTimes}, by our own clock; here only their types. */
const anyTime = 2 ** 40;

/** Longer names are not kept with sessions either, see `session-owner.ts`. */
const maxLength = 1000;

const isTypeOfLogoutToken = (type: string | undefined): boolean =>
  type === undefined || /^(application\/)?(logout\+)?jwt$/i.test(type);

/** A claim that is absent, which some providers write as null, or a name; null: it is neither. */
const nameIn = (claim: Json | undefined): string | undefined | null => {
  if (claim === undefined || claim === null) return undefined;
  return typeof claim === "string" && claim !== "" && claim.length <= maxLength ? claim : null;
};

const invalid = (reason: string): LogoutVerification => ({ outcome: "invalid", reason });

/** What is wrong with the token's times; undefined: nothing. Throws ProviderDown for a clock that is in doubt. Providers that are conform state `exp`; old ones do not. */
const judgeTimes = (claims: JsonObject, { now, startTolerance }: LogoutExpectations): string | undefined => {
  const { iat, exp, nbf } = claims;
  if (typeof iat !== "number") return "The token does not say when it was issued.";
  if (Math.max(iat, typeof nbf === "number" ? nbf : iat) > now + startTolerance) {
    // The provider has signed it: one of the two clocks is wrong, and the notice is not.
    throw new ProviderDown({
      cause: new Error("A logout token's start lies ahead of this server's clock: is that right?"),
    });
  }
  const isOver = iat + logoutTokenMaxAge <= now || (typeof exp === "number" && exp <= now);
  return isOver ? "The token has expired." : undefined;
};

/** Judges claims whose signature, issuer and audience are right (OpenID Connect Back-Channel Logout section 2.6). */
const judge = (claims: JsonObject, expected: LogoutExpectations): LogoutVerification => {
  const { events } = claims;
  if (!isJsonObject(events) || !isJsonObject(events[logoutEvent]))
    return invalid("The token is not a logout token.");
  // Without this, an id token could be passed off as a logout token.
  if (Object.hasOwn(claims, "nonce")) return invalid("A logout token has no nonce.");
  const id = nameIn(claims.jti);
  if (typeof id !== "string") return invalid("The token has no usable jti.");
  const [subject, providerSession] = [nameIn(claims.sub), nameIn(claims.sid)];
  if (subject === null || providerSession === null) return invalid("The token's sub or sid is not usable.");
  if (subject === undefined && providerSession === undefined) {
    return invalid("The token names neither a person nor a session.");
  }
  const late = judgeTimes(claims, expected);
  return late === undefined ? { outcome: "valid", claims: { id, subject, providerSession } } : invalid(late);
};

/** Verifies a logout token; see the port. Anybody can send one, so the fetches for unknown keys are counted. */
export const verifyLogoutToken = async (
  logoutToken: string,
  expected: LogoutExpectations,
  keys: KeySet,
  { issuer, jwks_uri }: ProviderMetadata,
): Promise<LogoutVerification> => {
  try {
    const { payload, protectedHeader } = await verifySigned(logoutToken, keys, jwks_uri, "notice", {
      algorithms: [...expected.algorithms],
      issuer,
      audience: expected.clientId,
      clockTolerance: anyTime,
    });
    if (!isTypeOfLogoutToken(protectedHeader.typ)) return invalid("The token is not a logout token.");
    return judge(payload as JsonObject, expected);
  } catch (error) {
    const refused = refusal(error);
    return refused.outcome === "expired" ? invalid("The token has expired.") : refused;
  }
};
