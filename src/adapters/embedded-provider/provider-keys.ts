import { generateKeyPair, type JsonWebKey, randomBytes } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { parseJson, readOrCreate } from "../shared/durable-file.ts";

export interface ProviderKeys {
  /** Private signing keys (RFC 7517); the first one signs. */
  readonly jwks: { readonly keys: readonly JsonWebKey[] };
  /** Keys of signed cookies; the first one signs, all verify. */
  readonly cookieKeys: readonly string[];
}

const generateSigningKeys = async (): Promise<string> => {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: "jwk" }), alg: "RS256", use: "sig" };
  return JSON.stringify({ keys: [key] });
};

const generateCookieKeys = async (): Promise<string> =>
  JSON.stringify([randomBytes(32).toString("base64url")]);

const signingKeysSchema = z.object({
  keys: z.array(z.object({ kty: z.string() }).passthrough()).nonempty(),
});

const cookieKeysSchema = z.array(z.string().min(1)).nonempty();

/** Opens the keys of a folder, which the first start generates, so that a restart logs nobody out. */
export const openProviderKeys = async (folder: string): Promise<ProviderKeys> => {
  const signing = join(folder, "signing-keys.json");
  const cookies = join(folder, "cookie-keys.json");
  const [jwks, cookieKeys] = await Promise.all([
    readOrCreate(signing, generateSigningKeys),
    readOrCreate(cookies, generateCookieKeys),
  ]);
  return {
    jwks: parseJson(signing, jwks, signingKeysSchema),
    cookieKeys: parseJson(cookies, cookieKeys, cookieKeysSchema),
  };
};
