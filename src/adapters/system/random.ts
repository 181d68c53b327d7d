import { randomBytes } from "node:crypto";
import type { Random } from "../../ports/driven/random.ts";

export const systemRandom = (): Random => ({
  text: (bytes) => randomBytes(bytes).toString("base64url"),
  fraction: () => Math.random(),
});
