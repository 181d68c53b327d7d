import { generateKeyPair, type JsonWebKey, randomBytes } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseJson, readOrCreate } from "../shared/durable-file.ts";

export interface ProviderKeys {
  /** Private signing keys (RFC 7517); the first one signs. */
  readonly jwks: { readonly keys: readonly JsonWebKey[] };
  /** By which cookies are signed; the first one signs, all verify. */
  readonly cookieKeys: readonly string[];
}

const newSigningKeys = async (): Promise<string> => {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: "jwk" }), alg: "RS256", use: "sig" };
  return JSON.stringify({ keys: [key] });
};

const newCookieKeys = async (): Promise<string> => JSON.stringify([randomBytes(32).toString("base64url")]);

const isSigningKeys = (value: unknown): value is ProviderKeys["jwks"] =>
  typeof value === "object" &&
  value !== null &&
  "keys" in value &&
  Array.isArray(value.keys) &&
  value.keys.length > 0 &&
  value.keys.every((key) => typeof key === "object" && key !== null && typeof key.kty === "string");

const isCookieKeys = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((key) => typeof key === "string" && key !== "");

/** Keys that are made once for a folder and outlive restarts, so that nobody is logged out by one. */
export const openProviderKeys = async (folder: string): Promise<ProviderKeys> => {
  const signing = join(folder, "signing-keys.json");
  const cookies = join(folder, "cookie-keys.json");
  const [jwks, cookieKeys] = await Promise.all([
    readOrCreate(signing, newSigningKeys),
    readOrCreate(cookies, newCookieKeys),
  ]);
  return {
    jwks: parseJson(signing, jwks, isSigningKeys),
    cookieKeys: parseJson(cookies, cookieKeys, isCookieKeys),
  };
};
