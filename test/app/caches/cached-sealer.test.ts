import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { tokenSealer } from "../../../src/adapters/aes-gcm/token-sealer.ts";
import { cachedSealer } from "../../../src/app/caches/cached-sealer.ts";
import { sessionContext } from "../../../src/domain/sessions/encryption-context.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import type { SealedText } from "../../../src/domain/sessions/token-set.ts";

const context = (letter: string) => sessionContext(letter.repeat(32) as SessionId);

const setup = () => {
  const sealer = tokenSealer([{ name: "first", bytes: randomBytes(32) }]);
  let opened = 0;
  const counting = {
    ...sealer,
    open: (...args: Parameters<typeof sealer.open>) => {
      opened += 1;
      return sealer.open(...args);
    },
  };
  return { cached: cachedSealer(counting), opened: () => opened };
};

describe("a sealer that remembers", () => {
  it("opens the same text once", () => {
    const { cached, opened } = setup();
    const sealed = cached.seal("tokens", context("a"));
    for (let time = 0; time < 3; time++) expect(cached.open(sealed, context("a"))?.text).toBe("tokens");
    expect(opened()).toBe(1);
  });

  it("never opens a text it knows in another session's context", () => {
    const { cached } = setup();
    const sealed = cached.seal("tokens", context("a"));
    cached.open(sealed, context("a"));
    expect(cached.open(sealed, context("b"))).toBeUndefined();
  });

  it("opens a text anew that differs by one letter", () => {
    const { cached, opened } = setup();
    const sealed = cached.seal("tokens", context("a"));
    cached.open(sealed, context("a"));
    const last = sealed.at(-1) === "A" ? "B" : "A";
    expect(cached.open((sealed.slice(0, -1) + last) as SealedText, context("a"))).toBeUndefined();
    expect(opened()).toBe(2);
  });
});
