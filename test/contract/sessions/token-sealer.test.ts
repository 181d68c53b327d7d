import { createHash } from "node:crypto";
import type { EncryptionKey } from "../../../src/adapters/aes-gcm/encryption-keys.ts";
import { tokenSealer } from "../../../src/adapters/aes-gcm/token-sealer.ts";
import type { Harness } from "./token-sealer.contract.ts";
import { tokenSealerContract } from "./token-sealer.contract.ts";

const key = (name: string): EncryptionKey => ({ name, bytes: createHash("sha256").update(name).digest() });

const aesGcm: Harness = { sealer: (first, ...others) => tokenSealer([key(first), ...others.map(key)]) };

for (const [adapter, harness] of Object.entries({ "aes-gcm": aesGcm })) tokenSealerContract(adapter, harness);
