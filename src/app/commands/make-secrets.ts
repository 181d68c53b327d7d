import type { Run } from "./command.ts";

/** Bytes in a key of AES-256; as much for a secret of HMAC-SHA-256 (RFC 2104 section 3). */
const secretBytes = 32;

/** Prints a fresh secret and a fresh key, in the form of an environment file. The key's name is today's date, in UTC. */
export const makeSecrets: Run = async (_, { clock, random, print }) => {
  const today = new Date(clock.now() * 1000).toISOString().slice(0, "2025-01-01".length);
  print(
    `SESSION_SECRET=${random.text(secretBytes)}\n` +
      `SESSION_ENCRYPTION_KEYS=${today}=${random.text(secretBytes)}\n`,
  );
};
