import { describe, expect, it } from "vitest";
import { loginAttemptContext, sessionContext } from "../../../src/domain/sessions/encryption-context.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import type { SealedText } from "../../../src/domain/sessions/token-set.ts";
import type { TokenSealer } from "../../../src/ports/driven/sessions/token-sealer.ts";

/** Creates sealers with keys of these names, the first of which encrypts. The same name is always the same key. */
export interface Harness {
  sealer(...keyNames: [string, ...string[]]): TokenSealer;
}

const context = sessionContext("A".repeat(32) as SessionId);
const otherContext = sessionContext("B".repeat(32) as SessionId);
const text = JSON.stringify({ idToken: "eyJ.ä🧬".repeat(200), accessToken: "", refreshToken: "r" });

const altered = (sealed: SealedText, position: number): SealedText => {
  const bytes = Buffer.from(sealed, "base64url");
  bytes[position] = (bytes[position] ?? 0) ^ 1;
  return bytes.toString("base64url") as SealedText;
};

export const tokenSealerContract = (adapter: string, { sealer }: Harness): void => {
  describe(`TokenSealer in ${adapter}`, () => {
    it("opens what it has sealed, in the same context", () => {
      const one = sealer("2025");
      expect(one.open(one.seal(text, context), context)).toEqual({ text, underOldKey: false });
      expect(one.open(one.seal("", context), context)).toEqual({ text: "", underOldKey: false });
    });

    it("opens what another instance with the same key has sealed", () => {
      expect(sealer("2025").open(sealer("2025").seal(text, context), context)?.text).toBe(text);
    });

    it("seals the same text differently each time, and shows nothing of it", () => {
      const one = sealer("2025");
      const sealed = one.seal("secret words", context);
      expect(one.seal("secret words", context)).not.toBe(sealed);
      expect(Buffer.from(sealed, "base64url").toString("latin1")).not.toContain("secret");
    });

    it("seals to base64url", () => {
      expect(sealer("key & name = 1").seal(text, context)).toMatch(/^[A-Za-z0-9_-]+$/);
    });

    it("does not open in another context", () => {
      const one = sealer("2025");
      const sealed = one.seal(text, context);
      expect(one.open(sealed, otherContext)).toBeUndefined();
      expect(one.open(sealed, loginAttemptContext("A".repeat(32)))).toBeUndefined();
    });

    it("opens what was sealed under an old key, and reports that", () => {
      const sealed = sealer("2024").seal(text, context);
      expect(sealer("2025", "2024").open(sealed, context)).toEqual({ text, underOldKey: true });
      expect(sealer("2024", "2025").open(sealed, context)).toEqual({ text, underOldKey: false });
    });

    it("does not open what was sealed under a key that was dropped", () => {
      expect(sealer("2026", "2025").open(sealer("2024").seal(text, context), context)).toBeUndefined();
    });

    it("does not open what was altered, whichever byte it was", () => {
      const one = sealer("2025");
      const sealed = one.seal("short", context);
      const { length } = Buffer.from(sealed, "base64url");
      for (let position = 0; position < length; position++) {
        expect(one.open(altered(sealed, position), context)).toBeUndefined();
      }
    });

    it("does not open what was cut off or added to, wherever it was", () => {
      const one = sealer("2025");
      const sealed = one.seal("short", context);
      for (let length = 0; length < sealed.length; length++) {
        expect(one.open(sealed.slice(0, length) as SealedText, context)).toBeUndefined();
        expect(one.open(sealed.slice(length + 1) as SealedText, context)).toBeUndefined();
      }
      for (const more of ["A", "AAAA", "=", " ", "\n"]) {
        expect(one.open(`${sealed}${more}` as SealedText, context)).toBeUndefined();
      }
    });

    it("does not open text of another format", () => {
      const one = sealer("2025");
      const foreign = ["", "AQ", "null", "{}", "ä", "AAAA".repeat(100), "_".repeat(100), "AYADeA".repeat(30)];
      for (const each of foreign) expect(one.open(each as SealedText, context)).toBeUndefined();
    });

    it("returns the name of the key of a sealed text, also without having that key", () => {
      const sealed = sealer("Schlüssel & 2024").seal(text, context);
      expect(sealer("2025").keyOf(sealed)).toBe("Schlüssel & 2024");
      expect(sealer("2025", "2024").keyOf(sealer("2025").seal(text, context))).toBe("2025");
    });

    it("returns no key's name for text of another format", () => {
      const foreign = ["", "AQ", "null", "{}", "ä", "AAAA".repeat(100)];
      for (const each of foreign) expect(sealer("2025").keyOf(each as SealedText)).toBeUndefined();
    });

    it("does not open under a key of the same name that is another key", () => {
      const [first, second] = [sealer("2025"), sealer("2024")];
      const bytes = Buffer.from(second.seal(text, context), "base64url");
      const renamed = Buffer.from(bytes.toString("latin1").replace("2024", "2025"), "latin1");
      expect(first.open(renamed.toString("base64url") as SealedText, context)).toBeUndefined();
    });
  });
};
