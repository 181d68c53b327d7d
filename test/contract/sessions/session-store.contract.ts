import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Seconds } from "../../../src/domain/brand.ts";
import type { Subject } from "../../../src/domain/identity/person.ts";
import type { Username } from "../../../src/domain/identity/user.ts";
import type { Login, Session, SessionId } from "../../../src/domain/sessions/session.ts";
import type { SealedText } from "../../../src/domain/sessions/token-set.ts";
import type { ListedSession, SessionStore } from "../../../src/ports/driven/sessions/session-store.ts";

export interface Harness {
  readonly store: SessionStore;
  /** One more instance on the same data. */
  another(): Promise<SessionStore>;
  /** Lets time pass: moves the clock, or shortens what is left of every stored expiry. */
  passSeconds(seconds: Seconds): Promise<void>;
  close(): Promise<void>;
}

const newId = (): SessionId => randomBytes(24).toString("base64url") as SessionId;
const idleTimeout: Seconds = 1000;

const session = (value: number): Session => ({
  count: value,
  nested: { text: "Füß 🧬", list: [1, null, true] },
});

const count = (found: { session: Session } | undefined): number => Number(found?.session.count);

const exactlyOne = <T>(items: readonly T[], is: (item: T) => boolean): T => {
  const matching = items.filter(is);
  expect(matching).toHaveLength(1);
  return matching[0] as T;
};

const several = (harness: Harness, n: number): Promise<SessionStore[]> =>
  Promise.all(Array.from({ length: n }, () => harness.another()));

export const sessionStoreContract = (adapter: string, open: () => Promise<Harness>): void => {
  describe(`SessionStore in ${adapter}`, () => {
    let harness: Harness;
    let store: SessionStore;
    beforeAll(async () => {
      harness = await open();
      store = harness.store;
    });
    afterAll(() => harness.close());

    it("returns what was stored, with the revision of the write", async () => {
      const id = newId();
      const revision = await store.create(id, session(1), idleTimeout);
      expect(await store.load(id, idleTimeout)).toEqual({ session: session(1), revision });
      expect(await (await harness.another()).load(id, idleTimeout)).toEqual({
        session: session(1),
        revision,
      });
    });

    it("stores a login with its person, and one without, as version 0.1 wrote it", async () => {
      const old: Login = {
        username: "alice" as Username,
        since: 1,
        subject: "1f0c",
        sealedTokens: "sealed" as SealedText,
      };
      const person = { issuer: "https://idp.example.org", subject: `ü"'\\🧬` as Subject };
      for (const login of [old, { ...old, person }]) {
        const id = newId();
        await store.create(id, { login }, idleTimeout);
        expect((await store.load(id, idleTimeout))?.session.login).toEqual(login);
        expect((await (await harness.another()).peek(id))?.session.login).toEqual(login);
      }
    });

    it("returns undefined for a session that was never stored", async () => {
      expect(await store.load(newId(), idleTimeout)).toBeUndefined();
    });

    it("distinguishes ids that differ only in letter case", async () => {
      const id = newId().replace(/^./, "a") as SessionId;
      const other = id.replace(/^./, "A") as SessionId;
      await store.create(id, session(1), idleTimeout);
      expect(await store.load(other, idleTimeout)).toBeUndefined();
      await store.create(other, session(2), idleTimeout);
      expect(count(await store.load(id, idleTimeout))).toBe(1);
    });

    it("rejects the creation of a session whose id exists, and leaves the existing one unchanged", async () => {
      const id = newId();
      await store.create(id, session(1), idleTimeout);
      await expect(store.create(id, session(2), idleTimeout)).rejects.toThrow();
      expect(count(await store.load(id, idleTimeout))).toBe(1);
    });

    it("replaces a session that has the expected revision, and returns a new revision", async () => {
      const id = newId();
      const first = await store.create(id, session(1), idleTimeout);
      const replaced = await store.replace(id, session(2), first, idleTimeout);
      if (replaced.outcome !== "replaced") return expect.unreachable();
      expect(replaced.revision).not.toBe(first);
      expect(await store.load(id, idleTimeout)).toEqual({ session: session(2), revision: replaced.revision });
    });

    it("returns a new revision even for the same content", async () => {
      const id = newId();
      const first = await store.create(id, session(1), idleTimeout);
      const again = await store.replace(id, session(1), first, idleTimeout);
      expect(again).toMatchObject({ outcome: "replaced" });
      expect(await store.replace(id, session(1), first, idleTimeout)).toEqual({ outcome: "changed" });
    });

    it("does not overwrite what another instance wrote in the meantime", async () => {
      const id = newId();
      const first = await store.create(id, session(1), idleTimeout);
      await (await harness.another()).replace(id, session(2), first, idleTimeout);
      expect(await store.replace(id, session(3), first, idleTimeout)).toEqual({ outcome: "changed" });
      expect(count(await store.load(id, idleTimeout))).toBe(2);
    });

    it("does not restore a session that was removed", async () => {
      const id = newId();
      const revision = await store.create(id, session(1), idleTimeout);
      await (await harness.another()).remove(id);
      expect(await store.load(id, idleTimeout)).toBeUndefined();
      expect(await store.replace(id, session(2), revision, idleTimeout)).toEqual({ outcome: "gone" });
      expect(await store.load(id, idleTimeout)).toBeUndefined();
    });

    it("reports a conflict for a late write when the session was removed and created again", async () => {
      const id = newId();
      const first = await store.create(id, session(1), idleTimeout);
      await store.remove(id);
      await store.create(id, session(2), idleTimeout);
      expect(await store.replace(id, session(3), first, idleTimeout)).toEqual({ outcome: "changed" });
      expect(count(await store.load(id, idleTimeout))).toBe(2);
    });

    it("does nothing when an absent session is removed", async () => {
      const id = newId();
      await store.remove(id);
      await store.create(id, session(1), idleTimeout);
      await store.remove(id);
      await store.remove(id);
      expect(await store.load(id, idleTimeout)).toBeUndefined();
    });

    it("returns the last written state of a session when it is removed, once", async () => {
      const id = newId();
      const revision = await store.create(id, session(1), idleTimeout);
      await (await harness.another()).replace(id, session(2), revision, idleTimeout);
      expect(await store.remove(id)).toEqual(session(2));
      expect(await store.remove(id)).toBeUndefined();
    });

    it("returns undefined when an expired session is removed, and frees its id", async () => {
      const id = newId();
      await store.create(id, session(1), 100);
      await harness.passSeconds(101);
      expect(await store.remove(id)).toBeUndefined();
      await store.create(id, session(2), 100);
      expect(count(await store.load(id, 100))).toBe(2);
    });

    it("returns the session to exactly one of several concurrent removals", async () => {
      const id = newId();
      await store.create(id, session(7), idleTimeout);
      const stores = await several(harness, 10);
      const removed = await Promise.all(stores.map((each) => each.remove(id)));
      expect(exactlyOne(removed, (one) => one !== undefined)).toEqual(session(7));
    });

    it("returns the new state from a removal that follows a concurrent replacement, and otherwise the old one", async () => {
      const other = await harness.another();
      for (let round = 0; round < 20; round++) {
        const id = newId();
        const revision = await store.create(id, session(1), idleTimeout);
        const [replaced, removed] = await Promise.all([
          store.replace(id, session(2), revision, idleTimeout),
          other.remove(id),
        ]);
        expect(removed).toEqual(session(replaced.outcome === "replaced" ? 2 : 1));
      }
    });

    it("expires a session after its idle timeout", async () => {
      const id = newId();
      await store.create(id, session(1), 100);
      await harness.passSeconds(99);
      expect(await store.load(id, 100)).toBeDefined();
      await harness.passSeconds(101);
      expect(await store.load(id, 100)).toBeUndefined();
    });

    it("extends the expiry with every load, without a new revision", async () => {
      const id = newId();
      const revision = await store.create(id, session(1), 100);
      for (let round = 0; round < 5; round++) {
        await harness.passSeconds(80);
        expect(await store.load(id, 100)).toMatchObject({ revision });
      }
    });

    it("peeks at a session without extending its expiry", async () => {
      const id = newId();
      expect(await store.peek(id)).toBeUndefined();
      const revision = await store.create(id, session(1), 100);
      await harness.passSeconds(80);
      expect(await store.peek(id)).toEqual({ session: session(1), revision });
      await harness.passSeconds(21);
      expect(await store.peek(id)).toBeUndefined();
    });

    it("extends the expiry with a replacement too", async () => {
      const id = newId();
      const revision = await store.create(id, session(1), 100);
      await harness.passSeconds(80);
      await store.replace(id, session(2), revision, 100);
      await harness.passSeconds(80);
      expect(count(await store.load(id, 100))).toBe(2);
    });

    it("takes the idle timeout from the last load, even when it is a shorter one", async () => {
      const id = newId();
      await store.create(id, session(1), 1000);
      await store.load(id, 100);
      await harness.passSeconds(101);
      expect(await store.load(id, 100)).toBeUndefined();
    });

    it("neither loads nor replaces an expired session, and frees its id", async () => {
      const id = newId();
      const revision = await store.create(id, session(1), 100);
      await harness.passSeconds(101);
      expect(await store.replace(id, session(2), revision, 100)).toEqual({ outcome: "gone" });
      expect(await store.load(id, 100)).toBeUndefined();
      await store.create(id, session(3), 100);
      expect(count(await store.load(id, 100))).toBe(3);
    });

    it("lets exactly one of twenty writers replace a revision", async () => {
      const id = newId();
      const first = await store.create(id, session(0), idleTimeout);
      const stores = await several(harness, 20);
      const outcomes = await Promise.all(
        stores.map(async (each, n) => ({ n, ...(await each.replace(id, session(n), first, idleTimeout)) })),
      );
      const winner = exactlyOne(outcomes, ({ outcome }) => outcome === "replaced");
      expect(outcomes.filter(({ outcome }) => outcome === "changed")).toHaveLength(19);
      expect(count(await store.load(id, idleTimeout))).toBe(winner.n);
    });

    it("loses no increment of a counter that several instances increment at once", async () => {
      const id = newId();
      await store.create(id, session(0), idleTimeout);
      const countUp = async (each: SessionStore): Promise<void> => {
        for (;;) {
          const found = await each.load(id, idleTimeout);
          if (found === undefined) throw new Error("The session went away.");
          const next = await each.replace(id, session(count(found) + 1), found.revision, idleTimeout);
          if (next.outcome === "replaced") return;
        }
      };
      const stores = await several(harness, 4);
      await Promise.all(stores.flatMap((each) => [countUp(each), countUp(each), countUp(each)]));
      expect(count(await store.load(id, idleTimeout))).toBe(12);
    });

    it("lets exactly one of several concurrent creations succeed", async () => {
      const id = newId();
      const stores = await several(harness, 10);
      const created = await Promise.allSettled(
        stores.map((each, n) => each.create(id, session(n), idleTimeout)),
      );
      exactlyOne(created, ({ status }) => status === "fulfilled");
      expect(count(await store.load(id, idleTimeout))).toBe(
        created.findIndex(({ status }) => status === "fulfilled"),
      );
    });

    it("leaves no session when a removal races with replacements and loads", async () => {
      const other = await harness.another();
      for (let round = 0; round < 10; round++) {
        const id = newId();
        const revision = await store.create(id, session(1), idleTimeout);
        await Promise.all([
          store.replace(id, session(2), revision, idleTimeout),
          other.remove(id),
          store.load(id, idleTimeout),
          other.load(id, idleTimeout),
        ]);
        expect(await store.load(id, idleTimeout)).toBeUndefined();
      }
    });

    it("returns only sessions that were stored, in the order of their writes", async () => {
      const id = newId();
      let { revision } = { revision: await store.create(id, session(0), idleTimeout) };
      const reader = await harness.another();
      const write = async (): Promise<void> => {
        for (let n = 1; n <= 20; n++) {
          const next = await store.replace(id, session(n), revision, idleTimeout);
          if (next.outcome !== "replaced") throw new Error("Nobody else writes here.");
          revision = next.revision;
        }
      };
      const seen: number[] = [];
      const read = async (): Promise<void> => {
        for (let n = 0; n < 40; n++) seen.push(count(await reader.load(id, idleTimeout)));
      };
      await Promise.all([write(), read()]);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(seen.every((n) => Number.isInteger(n))).toBe(true);
    });

    /** The sessions of one test. */
    const listed = async (of: SessionStore, label: string): Promise<ListedSession[]> => {
      const found: ListedSession[] = [];
      for await (const one of of.all()) if (one.session.label === label) found.push(one);
      return found;
    };
    const counts = (found: readonly ListedSession[]): number[] =>
      [...new Set(found.map((one) => count(one)))].sort((a, b) => a - b);

    it("lists the sessions of all instances, and no expired or removed ones", async () => {
      const stores = await several(harness, 3);
      const ids = Array.from({ length: 30 }, newId);
      const create = (id: SessionId, n: number) =>
        (stores[n % 3] ?? store).create(id, { count: n, label: "list" }, n < 25 ? idleTimeout : 100);
      await Promise.all(ids.map(create));
      await Promise.all(ids.slice(0, 5).map((id) => store.remove(id)));
      await harness.passSeconds(101);
      expect(counts(await listed(store, "list"))).toEqual(Array.from({ length: 20 }, (_, n) => n + 5));
    });

    it("lists a session without extending its expiry", async () => {
      const id = newId();
      await store.create(id, { label: "not extended" }, 100);
      await harness.passSeconds(60);
      expect(await listed(store, "not extended")).not.toEqual([]);
      await harness.passSeconds(60);
      expect(await listed(store, "not extended")).toEqual([]);
      expect(await store.load(id, 100)).toBeUndefined();
    });

    it("lists each session with its id, by which it can be removed, also when it was written meanwhile", async () => {
      const [one, other] = [newId(), newId()];
      await store.create(other, { count: 2, label: "to be removed" }, idleTimeout);
      const revision = await store.create(one, { count: 1, label: "to be removed" }, idleTimeout);
      const rewritten = await store.replace(one, { count: 3, label: "to be removed" }, revision, idleTimeout);
      if (rewritten.outcome !== "replaced") return expect.unreachable();
      const another = await harness.another();
      const ids = new Map((await listed(another, "to be removed")).map((each) => [count(each), each.id]));
      expect([ids.get(3), ids.get(2)]).toEqual([one, other]);
      await store.replace(one, { label: "written" }, rewritten.revision, idleTimeout);
      expect(await another.remove(ids.get(3) ?? newId())).toEqual({ label: "written" });
      expect(await store.load(one, idleTimeout)).toBeUndefined();
      expect(await store.load(other, idleTimeout)).toBeDefined();
    });

    it("allows a consumer to stop listing early", async () => {
      await store.create(newId(), session(1), idleTimeout);
      for await (const one of store.all()) {
        expect(one.session).toBeDefined();
        break;
      }
      await store.ready();
    });

    it("is ready", async () => {
      await store.ready();
    });
  });
};
