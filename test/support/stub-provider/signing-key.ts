import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK } from "jose";

export interface SigningKey {
  readonly kid: string;
  readonly alg: "RS256" | "ES256" | "EdDSA" | "Ed25519";
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  /** The public key as a text that a verifier could mistake for a shared secret. */
  readonly publicPem: string;
}

const make = async (alg: SigningKey["alg"], kid: string): Promise<SigningKey> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg, use: "sig" };
  return { kid, alg, privateKey, publicJwk, publicPem: await exportSPKI(publicKey) };
};

const made = new Map<string, Promise<SigningKey>>();

/** The key of this name, which is generated once in a process, since that takes a while for RSA. */
export const signingKey = (alg: SigningKey["alg"], kid: string): Promise<SigningKey> => {
  const name = `${alg} ${kid}`;
  const known = made.get(name);
  if (known !== undefined) return known;
  const key = make(alg, kid);
  made.set(name, key);
  return key;
};
