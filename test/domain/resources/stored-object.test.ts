import { describe, expect, it } from "vitest";
import type { ETag, Precondition } from "../../../src/domain/resources/stored-object.ts";
import { holds, identityTag, storedTag } from "../../../src/domain/resources/stored-object.ts";

const tag = (text: string) => `"${text}"` as ETag;
const matches = (...tags: string[]): Precondition => ({ kind: "matches", etags: tags.map(tag) });

describe("a precondition", () => {
  it.each<[Precondition, string | undefined, boolean]>([
    [{ kind: "none" }, undefined, true],
    [{ kind: "none" }, "a", true],
    [{ kind: "absent" }, undefined, true],
    [{ kind: "absent" }, "a", false],
    [{ kind: "present" }, undefined, false],
    [{ kind: "present" }, "a", true],
    [matches("a"), "a", true],
    [matches("a"), "b", false],
    [matches("a"), undefined, false],
    [matches("b", "a"), "a", true],
    [matches(), "a", false],
    [matches("A"), "a", false],
  ])("%j, when there is %s, holds: %s", (precondition, current, verdict) => {
    expect(holds(precondition, current === undefined ? undefined : tag(current))).toBe(verdict);
  });
});

describe("the tag of the decompressed form", () => {
  it.each(["a", "", "x-2", ";identity", "a;identity;b"])("of %j is another one, and leads back", (text) => {
    const decompressed = identityTag(tag(text));
    expect(decompressed).not.toBe(tag(text));
    expect(decompressed).toMatch(/^"[^"]*"$/);
    expect(storedTag(decompressed)).toBe(tag(text));
  });

  it("leaves the stored form's tag as it is", () => {
    expect(storedTag(tag("a"))).toBe(tag("a"));
    expect(storedTag(tag("identity"))).toBe(tag("identity"));
  });
});
