import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { EncryptionContext } from "../../domain/sessions/encryption-context.ts";
import type { SealedText } from "../../domain/sessions/token-set.ts";
import type { TokenSealer } from "../../ports/driven/sessions/token-sealer.ts";
import type { EncryptionKey, EncryptionKeys } from "./encryption-keys.ts";
import { keyBytes } from "./encryption-keys.ts";

/**
 * The envelope, in base64url without padding:
 *
 *   version (1 byte, 1) | name's length (1 byte) | name of the key | salt (32) | nonce (12) | ciphertext | tag (16)
 *
 * Each text has its own data key: HKDF-SHA-256 (RFC 5869) of the named key with a random salt. So the number of texts
 * is not limited, as it would be with random nonces under one AES-GCM key (NIST SP 800-38D section 8.3). The additional
 * authenticated data is everything before the ciphertext, followed by the encryption context.
 */

const version = 1;
const saltBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const algorithm = "aes-256-gcm";
const hkdfInfo = "nextstrain-groups-server token sealer, version 1";

const deriveDataKey = (key: EncryptionKey, salt: Buffer): Buffer =>
  Buffer.from(hkdfSync("sha256", key.bytes, salt, hkdfInfo, keyBytes));

/** Header and context cannot be confused, since the header contains its length. */
const additionalData = (header: Buffer, context: EncryptionContext): Buffer =>
  Buffer.concat([header, Buffer.from(context)]);

const newHeader = (key: EncryptionKey): Buffer => {
  const name = Buffer.from(key.name);
  return Buffer.concat([
    Buffer.from([version, name.length]),
    name,
    randomBytes(saltBytes),
    randomBytes(nonceBytes),
  ]);
};

interface Envelope {
  readonly keyName: string;
  readonly header: Buffer;
  readonly salt: Buffer;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

const parseEnvelope = (sealed: string): Envelope | undefined => {
  const bytes = Buffer.from(sealed, "base64url");
  // Node's decoder ignores invalid characters; only the canonical encoding is accepted.
  if (bytes[0] !== version || bytes.toString("base64url") !== sealed) return undefined;
  const saltStart = 2 + (bytes[1] ?? 0);
  const nonceStart = saltStart + saltBytes;
  const headerEnd = nonceStart + nonceBytes;
  const tagStart = bytes.length - tagBytes;
  if (tagStart < headerEnd) return undefined;
  return {
    keyName: bytes.toString("utf8", 2, saltStart),
    header: bytes.subarray(0, headerEnd),
    salt: bytes.subarray(saltStart, nonceStart),
    nonce: bytes.subarray(nonceStart, headerEnd),
    ciphertext: bytes.subarray(headerEnd, tagStart),
    tag: bytes.subarray(tagStart),
  };
};

const decrypt = (envelope: Envelope, key: EncryptionKey, context: EncryptionContext): string | undefined => {
  const decipher = createDecipheriv(algorithm, deriveDataKey(key, envelope.salt), envelope.nonce, {
    authTagLength: tagBytes,
  });
  decipher.setAAD(additionalData(envelope.header, context));
  decipher.setAuthTag(envelope.tag);
  const text = decipher.update(envelope.ciphertext);
  try {
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    // `final` throws only when the authentication tag does not match.
    return undefined;
  }
};

/** Encrypts with AES-256-GCM under the first key, and decrypts with any of them. */
export const tokenSealer = (keys: EncryptionKeys): TokenSealer => {
  const [sealingKey] = keys;
  const byName = new Map(keys.map((key) => [key.name, key]));

  return {
    seal(text, context) {
      const header = newHeader(sealingKey);
      const salt = header.subarray(-(saltBytes + nonceBytes), -nonceBytes);
      const cipher = createCipheriv(
        algorithm,
        deriveDataKey(sealingKey, salt),
        header.subarray(-nonceBytes),
        {
          authTagLength: tagBytes,
        },
      );
      cipher.setAAD(additionalData(header, context));
      const sealed = Buffer.concat([
        header,
        cipher.update(text, "utf8"),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return sealed.toString("base64url") as SealedText;
    },

    open(sealed, context) {
      const envelope = parseEnvelope(sealed);
      const key = envelope && byName.get(envelope.keyName);
      const text = envelope && key && decrypt(envelope, key, context);
      return text === undefined ? undefined : { text, underOldKey: key !== sealingKey };
    },

    keyOf: (sealed) => parseEnvelope(sealed)?.keyName,
  };
};
