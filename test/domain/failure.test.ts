import { describe, expect, it } from "vitest";
import * as failures from "../../src/domain/failure.ts";

type FailureClass = new (text: string) => failures.Failure;

const classes = Object.entries(failures)
  .filter(([name]) => name !== "isFailure")
  .map(([, one]) => one as unknown as FailureClass);

describe("failures", () => {
  it("have a code each, and no two the same", () => {
    const codes = classes.map((one) => new one("x").code);
    expect(codes.length).toBeGreaterThan(10);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it("are told from other errors", () => {
    for (const one of classes) expect(failures.isFailure(new one("x"))).toBe(true);
    for (const other of [new Error("x"), { code: "not-found" }, undefined, null, "not-found"]) {
      expect(failures.isFailure(other)).toBe(false);
    }
  });

  it("keep their cause apart from what the person who asked may read", () => {
    const cause = new Error("connect ECONNREFUSED 10.0.0.1:6379");
    const { message, cause: kept } = new failures.StoreDown({ cause });
    expect(kept).toBe(cause);
    expect(message).not.toContain("10.0.0.1");
    const refused = new failures.SignInFailed("invalid_scope");
    expect([refused.reason, refused.message.includes("invalid_scope")]).toEqual(["invalid_scope", false]);
  });

  it("quote the provider on one line, bounded, and nothing that cannot be seen", () => {
    const providerError = {
      error: `in\u202evalid${"x".repeat(200)}`,
      description: `a\u0000\n\tb ${"y ".repeat(1000)}`,
    };
    const { message, reason } = new failures.SignInFailed("", { providerError });
    expect(reason).toMatch(/^in validx+…$/);
    expect(reason).toHaveLength(100);
    expect(message).toContain("(a b y y");
    expect(message.length).toBeLessThan(500);
  });
});
