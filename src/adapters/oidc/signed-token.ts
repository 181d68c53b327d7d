import { errors, type JWTVerifyOptions, type JWTVerifyResult, jwtVerify } from "jose";
import type { KeySet, Origin } from "./tokens/key-set.ts";

/**
 * Verifies a token with the provider's keys. A signature that is wrong under a key of the right name may be the key set's
 * fault, so that it is held against a newer one, if there is any. Throws jose's errors, and ProviderDown.
 */
export const verifySigned = async (
  token: string,
  keys: KeySet,
  uri: string,
  origin: Origin,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> => {
  const verify = () => jwtVerify(token, (header) => keys.find(uri, header, origin), options);
  try {
    return await verify();
  } catch (error) {
    const isWrong = error instanceof errors.JWSSignatureVerificationFailed;
    if (!isWrong || !(await keys.renew(uri, origin))) throw error;
    return verify();
  }
};
