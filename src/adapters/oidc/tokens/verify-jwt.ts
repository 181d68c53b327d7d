import { errors, type JWTVerifyOptions, type JWTVerifyResult, jwtVerify } from "jose";
import type { KeySet, TokenOrigin } from "./key-set.ts";

/** In seconds. Libraries check that times are numbers; `validateClaims` compares them, with a tolerance by purpose. */
export const unlimitedClockTolerance = 2 ** 40;

/**
 * Verifies a JWT with the provider's key set, except for its times. A wrong signature may be the fault of an outdated
 * key set: then the set is refetched, and the JWT verified once more if the set has changed. Throws jose's errors, and
 * ProviderDown.
 */
export const verifyJwt = async (
  token: string,
  keys: KeySet,
  uri: string,
  origin: TokenOrigin,
  options: Omit<JWTVerifyOptions, "clockTolerance">,
): Promise<JWTVerifyResult> => {
  const verify = () =>
    jwtVerify(token, (header) => keys.find(uri, header, origin), {
      ...options,
      clockTolerance: unlimitedClockTolerance,
    });
  try {
    return await verify();
  } catch (error) {
    const isWrongSignature = error instanceof errors.JWSSignatureVerificationFailed;
    if (!isWrongSignature || !(await keys.refetch(uri, origin))) throw error;
    return verify();
  }
};
