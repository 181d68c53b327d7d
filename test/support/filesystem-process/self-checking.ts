import { createHash } from "node:crypto";

/** Content that begins with its own hash, so that `isWhole` can detect missing or mixed parts. */
export const selfChecking = (label: string, bytes: number): Buffer => {
  const content = Buffer.alloc(bytes, `${label} `);
  return Buffer.concat([createHash("sha256").update(content).digest(), content]);
};

export const isWhole = (bytes: Buffer): boolean =>
  bytes.length > 32 && createHash("sha256").update(bytes.subarray(32)).digest().equals(bytes.subarray(0, 32));
