import { describe, expect, it } from "vitest";
import { parseEncryptionKeys } from "../../../src/adapters/aes-gcm/encryption-keys.ts";

const bytes = (fill: number): Buffer => Buffer.alloc(32, fill);
const base64url = (fill: number): string => bytes(fill).toString("base64url");

const keysIn = (text: string) => {
  const parsed = parseEncryptionKeys(text);
  return "keys" in parsed ? parsed.keys : expect.unreachable();
};

const problemsIn = (text: string): readonly string[] => {
  const parsed = parseEncryptionKeys(text);
  return "problems" in parsed ? parsed.problems : [];
};

describe("the encryption keys' format", () => {
  it("has names and keys in their order", () => {
    expect(keysIn(`2025=${base64url(1)}&2024=${base64url(2)}`)).toEqual([
      { name: "2025", bytes: bytes(1) },
      { name: "2024", bytes: bytes(2) },
    ]);
  });

  it("has names that are percent-encoded", () => {
    expect(keysIn(`may+2025%26%3D=${base64url(1)}`)[0].name).toBe("may 2025&=");
  });

  it("allows base64 too, with and without padding", () => {
    const plain = bytes(0xfb).toString("base64");
    expect(plain).toMatch(/[+/].*=$/);
    expect(keysIn(`a=${encodeURIComponent(plain)}`)[0].bytes).toEqual(bytes(0xfb));
    expect(keysIn(`a=${encodeURIComponent(plain.replace("=", ""))}`)[0].bytes).toEqual(bytes(0xfb));
  });

  it("reports all problems at once, and shows no key", () => {
    const long = Buffer.alloc(33, 7).toString("base64url");
    const short = Buffer.alloc(31, 8).toString("base64url");
    const problems = problemsIn(`long=${long}&short=${short}&a=${base64url(1)}&a=${base64url(2)}&bad=%%%`);
    expect(problems).toHaveLength(4);
    expect(problems.join()).toMatch(/long.*short.*"a" is there more than once.*bad/s);
    for (const key of [long, short, base64url(1), base64url(2)]) expect(problems.join()).not.toContain(key);
  });

  it("does not show a key whose name is missing", () => {
    expect(problemsIn(base64url(5))).toHaveLength(1);
    expect(problemsIn(base64url(5)).join()).not.toContain(base64url(5));
    expect(problemsIn(`=${base64url(5)}`).join()).not.toContain(base64url(5));
  });

  it("requires at least one key", () => {
    expect(problemsIn("")).toHaveLength(1);
    expect(problemsIn("&&")).toHaveLength(1);
  });

  it("has names of at most 255 bytes", () => {
    expect(problemsIn(`${"n".repeat(256)}=${base64url(1)}`)).toHaveLength(1);
    expect(problemsIn(`${"n".repeat(255)}=${base64url(1)}`)).toHaveLength(0);
  });
});
