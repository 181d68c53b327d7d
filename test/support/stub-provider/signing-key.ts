import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK } from "jose";

export interface SigningKey {
  readonly kid: string;
  readonly alg: "RS256" | "ES256" | "EdDSA" | "Ed25519";
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  /** For the HS256 attack, which uses the public key as a shared secret. */
  readonly publicPem: string;
}

const generateKey = async (alg: SigningKey["alg"], kid: string): Promise<SigningKey> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg, use: "sig" };
  return { kid, alg, privateKey, publicJwk, publicPem: await exportSPKI(publicKey) };
};

const cache = new Map<string, Promise<SigningKey>>();

/** The key with this `kid`, cached in the process, since the generation of an RSA key takes a while. */
export const signingKey = (alg: SigningKey["alg"], kid: string): Promise<SigningKey> => {
  const name = `${alg} ${kid}`;
  const cached = cache.get(name);
  if (cached !== undefined) return cached;
  const key = generateKey(alg, kid);
  cache.set(name, key);
  return key;
};
