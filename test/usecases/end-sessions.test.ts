import { describe, expect, it } from "vitest";
import { memorySessionStore } from "../../src/adapters/memory/session-store.ts";
import { endSessions } from "../../src/app/usecases/end-sessions.ts";
import type { SessionId } from "../../src/domain/session.ts";
import type { SealedText } from "../../src/domain/token-set.ts";
import type { Username } from "../../src/domain/user.ts";
import type { SessionStore } from "../../src/ports/driven/session-store.ts";
import { manualClock } from "../support/manual-clock.ts";

const idOf = (n: number) => String(n).padStart(32, "s") as SessionId;

const logIn = (store: SessionStore, n: number, username: string) =>
  store.create(
    idOf(n),
    { login: { username: username as Username, since: 1, sealedTokens: "sealed" as SealedText } },
    100,
  );

describe("ending somebody's sessions", () => {
  it("ends all of them, and nobody else's", async () => {
    const store = memorySessionStore(manualClock());
    const names = ["alice", "bob", "alice", "Alice", "alice2"];
    for (const [n, name] of names.entries()) await logIn(store, n, name);
    await store.create(idOf(9), { counter: 1 }, 100);
    expect(await endSessions(store, "alice")).toBe(2);
    const left = await Promise.all(
      [0, 1, 2, 3, 4, 9].map(async (n) => (await store.load(idOf(n), 100)) !== undefined),
    );
    expect(left).toEqual([false, true, false, true, true, true]);
    expect(await endSessions(store, "alice")).toBe(0);
  });

  it("counts a session once that is listed twice", async () => {
    const store = memorySessionStore(manualClock());
    await logIn(store, 1, "alice");
    async function* twice() {
      const [one] = await Array.fromAsync(store.all());
      if (one) yield* [one, one];
    }
    expect(await endSessions({ ...store, all: twice }, "alice")).toBe(1);
  });
});
