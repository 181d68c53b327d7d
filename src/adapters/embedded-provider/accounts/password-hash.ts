import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { z } from "zod";

/** Parameters of scrypt (RFC 7914 section 2). Memory in bytes is 128 · N · r. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** A password as it is stored; salt and hash in base64url. */
export interface PasswordHash extends ScryptCost {
  readonly salt: string;
  readonly hash: string;
}

export const passwordHashSchema: z.ZodType<PasswordHash> = z.object({
  N: z.number().int(),
  r: z.number().int(),
  p: z.number().int(),
  salt: z.string(),
  hash: z.string(),
});

/** One of the equivalent settings of OWASP's Password Storage Cheat Sheet: 32 MiB for each hash. */
export const defaultCost: ScryptCost = { N: 2 ** 15, r: 8, p: 3 };

const hashBytes = 32;

const derive = (password: string, salt: Buffer, { N, r, p }: ScryptCost): Promise<Buffer> => {
  // Node's default limit of 32 MiB is a little too small for 32 MiB and what is needed besides.
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) =>
    scrypt(password.normalize("NFC"), salt, hashBytes, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    ),
  );
};

export const hashPassword = async (password: string, cost: ScryptCost): Promise<PasswordHash> => {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, cost);
  return {
    N: cost.N,
    r: cost.r,
    p: cost.p,
    salt: salt.toString("base64url"),
    hash: hash.toString("base64url"),
  };
};

export const verifyPassword = async (password: string, stored: PasswordHash): Promise<boolean> => {
  const expected = Buffer.from(stored.hash, "base64url");
  const actual = await derive(password, Buffer.from(stored.salt, "base64url"), stored);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
};
