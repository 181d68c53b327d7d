import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { EncryptionKeys } from "../../adapters/aes-gcm/encryption-keys.ts";
import { parseEncryptionKeys } from "../../adapters/aes-gcm/encryption-keys.ts";
import { readOrCreateTextFile } from "../../adapters/filesystem/text-file.ts";
import type { Configuration } from "./configuration.ts";

export interface Secrets {
  /** The first signs cookies, all verify. */
  readonly session: readonly [string, ...string[]];
  readonly encryptionKeys: EncryptionKeys;
}

const newKey = (): string => randomBytes(32).toString("base64url");

/**
 * The operator's secrets in production. Otherwise they are generated at the first start and stored, so that a restart
 * logs nobody out.
 */
export const openSecrets = async ({ mode, settings }: Configuration): Promise<Secrets> => {
  const folder = join(settings.DATA_DIR, "keys");
  const [first, ...others] = mode === "production" ? (settings.SESSION_SECRET ?? []) : [];
  const session = first ?? (await readOrCreateTextFile(join(folder, "session-secret"), newKey));
  const keys =
    settings.SESSION_ENCRYPTION_KEYS ??
    (await readOrCreateTextFile(join(folder, "session-encryption-keys"), () => `first=${newKey()}`));
  const parsed = parseEncryptionKeys(keys);
  if ("problems" in parsed) throw new Error(`The encryption keys in ${folder} are damaged.`);
  return { session: [session, ...others], encryptionKeys: parsed.keys };
};
