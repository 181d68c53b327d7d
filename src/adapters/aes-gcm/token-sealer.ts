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
 * Each text has a data key of its own: HKDF-SHA-256 (RFC 5869) of the named key with a random salt. So no
 * number of texts wears a key out, as it would with random nonces under one AES-GCM key (NIST SP 800-38D
 * section 8.3). Everything before the ciphertext and the encryption context are authenticated with it.
 */

const version = 1;
const saltBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const algorithm = "aes-256-gcm";
const purpose = "nextstrain-groups-server token sealer, version 1";

const dataKey = (key: EncryptionKey, salt: Buffer): Buffer =>
  Buffer.from(hkdfSync("sha256", key.bytes, salt, purpose, keyBytes));

/** The length of the head is part of it, so head and context cannot be taken for one another. */
const authenticated = (head: Buffer, context: EncryptionContext): Buffer =>
  Buffer.concat([head, Buffer.from(context)]);

const headOf = (key: EncryptionKey): Buffer => {
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
  readonly head: Buffer;
  readonly salt: Buffer;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

const parseEnvelope = (sealed: string): Envelope | undefined => {
  const bytes = Buffer.from(sealed, "base64url");
  // Node's decoder passes over what is no base64url: only the one spelling that we write is ours.
  if (bytes[0] !== version || bytes.toString("base64url") !== sealed) return undefined;
  const saltStart = 2 + (bytes[1] ?? 0);
  const nonceStart = saltStart + saltBytes;
  const headEnd = nonceStart + nonceBytes;
  const tagStart = bytes.length - tagBytes;
  if (tagStart < headEnd) return undefined;
  return {
    keyName: bytes.toString("utf8", 2, saltStart),
    head: bytes.subarray(0, headEnd),
    salt: bytes.subarray(saltStart, nonceStart),
    nonce: bytes.subarray(nonceStart, headEnd),
    ciphertext: bytes.subarray(headEnd, tagStart),
    tag: bytes.subarray(tagStart),
  };
};

const decrypt = (envelope: Envelope, key: EncryptionKey, context: EncryptionContext): string | undefined => {
  const decipher = createDecipheriv(algorithm, dataKey(key, envelope.salt), envelope.nonce, {
    authTagLength: tagBytes,
  });
  decipher.setAAD(authenticated(envelope.head, context));
  decipher.setAuthTag(envelope.tag);
  const text = decipher.update(envelope.ciphertext);
  try {
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    // The one thing that `final` throws for: the tag does not fit.
    return undefined;
  }
};

/** Seals with AES-256-GCM under the first of the keys. */
export const tokenSealer = (keys: EncryptionKeys): TokenSealer => {
  const [sealing] = keys;
  const byName = new Map(keys.map((key) => [key.name, key]));

  return {
    seal(text, context) {
      const head = headOf(sealing);
      const salt = head.subarray(-(saltBytes + nonceBytes), -nonceBytes);
      const cipher = createCipheriv(algorithm, dataKey(sealing, salt), head.subarray(-nonceBytes), {
        authTagLength: tagBytes,
      });
      cipher.setAAD(authenticated(head, context));
      const sealed = Buffer.concat([head, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return sealed.toString("base64url") as SealedText;
    },

    open(sealed, context) {
      const envelope = parseEnvelope(sealed);
      const key = envelope && byName.get(envelope.keyName);
      const text = envelope && key && decrypt(envelope, key, context);
      return text === undefined ? undefined : { text, underOldKey: key !== sealing };
    },

    keyOf: (sealed) => parseEnvelope(sealed)?.keyName,
  };
};
