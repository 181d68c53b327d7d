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
  /** Moves time, or what is stored nearer to its end. */
  passSeconds(seconds: Seconds): Promise<void>;
  close(): Promise<void>;
}

const newId = (): SessionId => randomBytes(24).toString("base64url") as SessionId;
const idle: Seconds = 1000;

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

    it("gives back what was stored, with the revision of the write", async () => {
      const id = newId();
      const revision = await store.create(id, session(1), idle);
      expect(await store.load(id, idle)).toEqual({ session: session(1), revision });
      expect(await (await harness.another()).load(id, idle)).toEqual({ session: session(1), revision });
    });

    it("keeps a login with its person, and one that version 0.1 wrote without", async () => {
      const old: Login = {
        username: "alice" as Username,
        since: 1,
        subject: "1f0c",
        sealedTokens: "sealed" as SealedText,
      };
      const person = { issuer: "https://idp.example.org", subject: `ü"'\\🧬` as Subject };
      for (const login of [old, { ...old, person }]) {
        const id = newId();
        await store.create(id, { login }, idle);
        expect((await store.load(id, idle))?.session.login).toEqual(login);
        expect((await (await harness.another()).peek(id))?.session.login).toEqual(login);
      }
    });

    it("knows nothing of a session that was never stored", async () => {
      expect(await store.load(newId(), idle)).toBeUndefined();
    });

    it("keeps sessions apart whose ids differ only in letter case", async () => {
      const id = newId().replace(/^./, "a") as SessionId;
      const other = id.replace(/^./, "A") as SessionId;
      await store.create(id, session(1), idle);
      expect(await store.load(other, idle)).toBeUndefined();
      await store.create(other, session(2), idle);
      expect(count(await store.load(id, idle))).toBe(1);
    });

    it("refuses to create a session under an id that is taken, and leaves that as it is", async () => {
      const id = newId();
      await store.create(id, session(1), idle);
      await expect(store.create(id, session(2), idle)).rejects.toThrow();
      expect(count(await store.load(id, idle))).toBe(1);
    });

    it("replaces a session of the expected revision, and gives it a new revision", async () => {
      const id = newId();
      const first = await store.create(id, session(1), idle);
      const replaced = await store.replace(id, session(2), first, idle);
      if (replaced.outcome !== "replaced") return expect.unreachable();
      expect(replaced.revision).not.toBe(first);
      expect(await store.load(id, idle)).toEqual({ session: session(2), revision: replaced.revision });
    });

    it("gives a new revision even to the same content", async () => {
      const id = newId();
      const first = await store.create(id, session(1), idle);
      const again = await store.replace(id, session(1), first, idle);
      expect(again).toMatchObject({ outcome: "replaced" });
      expect(await store.replace(id, session(1), first, idle)).toEqual({ outcome: "changed" });
    });

    it("does not write over what somebody else wrote in the meantime", async () => {
      const id = newId();
      const first = await store.create(id, session(1), idle);
      await (await harness.another()).replace(id, session(2), first, idle);
      expect(await store.replace(id, session(3), first, idle)).toEqual({ outcome: "changed" });
      expect(count(await store.load(id, idle))).toBe(2);
    });

    it("does not bring back a session that was removed", async () => {
      const id = newId();
      const revision = await store.create(id, session(1), idle);
      await (await harness.another()).remove(id);
      expect(await store.load(id, idle)).toBeUndefined();
      expect(await store.replace(id, session(2), revision, idle)).toEqual({ outcome: "gone" });
      expect(await store.load(id, idle)).toBeUndefined();
    });

    it("takes a late write for changed when the session was removed and made anew", async () => {
      const id = newId();
      const first = await store.create(id, session(1), idle);
      await store.remove(id);
      await store.create(id, session(2), idle);
      expect(await store.replace(id, session(3), first, idle)).toEqual({ outcome: "changed" });
      expect(count(await store.load(id, idle))).toBe(2);
    });

    it("takes removing what is not there calmly", async () => {
      const id = newId();
      await store.remove(id);
      await store.create(id, session(1), idle);
      await store.remove(id);
      await store.remove(id);
      expect(await store.load(id, idle)).toBeUndefined();
    });

    it("gives what a session held when it ended, written last by whomever, and that once", async () => {
      const id = newId();
      const revision = await store.create(id, session(1), idle);
      await (await harness.another()).replace(id, session(2), revision, idle);
      expect(await store.remove(id)).toEqual(session(2));
      expect(await store.remove(id)).toBeUndefined();
    });

    it("gives nothing of a session that was left idle past its time, and removes it", async () => {
      const id = newId();
      await store.create(id, session(1), 100);
      await harness.passSeconds(101);
      expect(await store.remove(id)).toBeUndefined();
      await store.create(id, session(2), 100);
      expect(count(await store.load(id, 100))).toBe(2);
    });

    it("gives what it held to exactly one of several that end it", async () => {
      const id = newId();
      await store.create(id, session(7), idle);
      const stores = await several(harness, 10);
      const removed = await Promise.all(stores.map((each) => each.remove(id)));
      expect(exactlyOne(removed, (one) => one !== undefined)).toEqual(session(7));
    });

    it("gives, when removal races with a replacement, what that has written or what it found gone", async () => {
      const other = await harness.another();
      for (let round = 0; round < 20; round++) {
        const id = newId();
        const revision = await store.create(id, session(1), idle);
        const [replaced, removed] = await Promise.all([
          store.replace(id, session(2), revision, idle),
          other.remove(id),
        ]);
        expect(removed).toEqual(session(replaced.outcome === "replaced" ? 2 : 1));
      }
    });

    it("forgets a session left idle past its time", async () => {
      const id = newId();
      await store.create(id, session(1), 100);
      await harness.passSeconds(99);
      expect(await store.load(id, 100)).toBeDefined();
      await harness.passSeconds(101);
      expect(await store.load(id, 100)).toBeUndefined();
    });

    it("puts the end off with every load, without a new revision", async () => {
      const id = newId();
      const revision = await store.create(id, session(1), 100);
      for (let round = 0; round < 5; round++) {
        await harness.passSeconds(80);
        expect(await store.load(id, 100)).toMatchObject({ revision });
      }
    });

    it("shows a session to whoever only looks, and puts no end off for them", async () => {
      const id = newId();
      expect(await store.peek(id)).toBeUndefined();
      const revision = await store.create(id, session(1), 100);
      await harness.passSeconds(80);
      expect(await store.peek(id)).toEqual({ session: session(1), revision });
      await harness.passSeconds(21);
      expect(await store.peek(id)).toBeUndefined();
    });

    it("puts the end off with a replacement too", async () => {
      const id = newId();
      const revision = await store.create(id, session(1), 100);
      await harness.passSeconds(80);
      await store.replace(id, session(2), revision, 100);
      await harness.passSeconds(80);
      expect(count(await store.load(id, 100))).toBe(2);
    });

    it("counts an idle time from the last load even if that asked for less", async () => {
      const id = newId();
      await store.create(id, session(1), 1000);
      await store.load(id, 100);
      await harness.passSeconds(101);
      expect(await store.load(id, 100)).toBeUndefined();
    });

    it("neither loads nor replaces a session that has ended, and frees its id", async () => {
      const id = newId();
      const revision = await store.create(id, session(1), 100);
      await harness.passSeconds(101);
      expect(await store.replace(id, session(2), revision, 100)).toEqual({ outcome: "gone" });
      expect(await store.load(id, 100)).toBeUndefined();
      await store.create(id, session(3), 100);
      expect(count(await store.load(id, 100))).toBe(3);
    });

    it("lets exactly one of twenty writers win over a revision", async () => {
      const id = newId();
      const first = await store.create(id, session(0), idle);
      const stores = await several(harness, 20);
      const outcomes = await Promise.all(
        stores.map(async (each, n) => ({ n, ...(await each.replace(id, session(n), first, idle)) })),
      );
      const winner = exactlyOne(outcomes, ({ outcome }) => outcome === "replaced");
      expect(outcomes.filter(({ outcome }) => outcome === "changed")).toHaveLength(19);
      expect(count(await store.load(id, idle))).toBe(winner.n);
    });

    it("loses no step of a counter that several instances count up at once", async () => {
      const id = newId();
      await store.create(id, session(0), idle);
      const countUp = async (each: SessionStore): Promise<void> => {
        for (;;) {
          const found = await each.load(id, idle);
          if (found === undefined) throw new Error("The session went away.");
          const next = await each.replace(id, session(count(found) + 1), found.revision, idle);
          if (next.outcome === "replaced") return;
        }
      };
      const stores = await several(harness, 4);
      await Promise.all(stores.flatMap((each) => [countUp(each), countUp(each), countUp(each)]));
      expect(count(await store.load(id, idle))).toBe(12);
    });

    it("lets exactly one of several creators have an id", async () => {
      const id = newId();
      const stores = await several(harness, 10);
      const created = await Promise.allSettled(stores.map((each, n) => each.create(id, session(n), idle)));
      exactlyOne(created, ({ status }) => status === "fulfilled");
      expect(count(await store.load(id, idle))).toBe(
        created.findIndex(({ status }) => status === "fulfilled"),
      );
    });

    it("leaves nothing when removal races with replacements and loads", async () => {
      const other = await harness.another();
      for (let round = 0; round < 10; round++) {
        const id = newId();
        const revision = await store.create(id, session(1), idle);
        await Promise.all([
          store.replace(id, session(2), revision, idle),
          other.remove(id),
          store.load(id, idle),
          other.load(id, idle),
        ]);
        expect(await store.load(id, idle)).toBeUndefined();
      }
    });

    it("shows a reader no other session than one that was stored", async () => {
      const id = newId();
      let { revision } = { revision: await store.create(id, session(0), idle) };
      const reader = await harness.another();
      const write = async (): Promise<void> => {
        for (let n = 1; n <= 20; n++) {
          const next = await store.replace(id, session(n), revision, idle);
          if (next.outcome !== "replaced") throw new Error("Nobody else writes here.");
          revision = next.revision;
        }
      };
      const seen: number[] = [];
      const read = async (): Promise<void> => {
        for (let n = 0; n < 40; n++) seen.push(count(await reader.load(id, idle)));
      };
      await Promise.all([write(), read()]);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(seen.every((n) => Number.isInteger(n))).toBe(true);
    });

    /** The sessions of one test among all there are. */
    const listed = async (of: SessionStore, label: string): Promise<ListedSession[]> => {
      const found: ListedSession[] = [];
      for await (const one of of.all()) if (one.session.label === label) found.push(one);
      return found;
    };
    const counts = (found: readonly ListedSession[]): number[] =>
      [...new Set(found.map((one) => count(one)))].sort((a, b) => a - b);

    it("lists every session there is, whoever stored it, and none that has ended", async () => {
      const stores = await several(harness, 3);
      const ids = Array.from({ length: 30 }, newId);
      const create = (id: SessionId, n: number) =>
        (stores[n % 3] ?? store).create(id, { count: n, label: "list" }, n < 25 ? idle : 100);
      await Promise.all(ids.map(create));
      await Promise.all(ids.slice(0, 5).map((id) => store.remove(id)));
      await harness.passSeconds(101);
      expect(counts(await listed(store, "list"))).toEqual(Array.from({ length: 20 }, (_, n) => n + 5));
    });

    it("puts no session's end off by listing it", async () => {
      const id = newId();
      await store.create(id, { label: "put off" }, 100);
      await harness.passSeconds(60);
      expect(await listed(store, "put off")).not.toEqual([]);
      await harness.passSeconds(60);
      expect(await listed(store, "put off")).toEqual([]);
      expect(await store.load(id, 100)).toBeUndefined();
    });

    it("lists each session with its id, by which it can be ended, also when it was written meanwhile", async () => {
      const [one, other] = [newId(), newId()];
      await store.create(other, { count: 2, label: "to be ended" }, idle);
      const revision = await store.create(one, { count: 1, label: "to be ended" }, idle);
      const rewritten = await store.replace(one, { count: 3, label: "to be ended" }, revision, idle);
      if (rewritten.outcome !== "replaced") return expect.unreachable();
      const another = await harness.another();
      const ids = new Map((await listed(another, "to be ended")).map((each) => [count(each), each.id]));
      expect([ids.get(3), ids.get(2)]).toEqual([one, other]);
      await store.replace(one, { label: "written" }, rewritten.revision, idle);
      expect(await another.remove(ids.get(3) ?? newId())).toEqual({ label: "written" });
      expect(await store.load(one, idle)).toBeUndefined();
      expect(await store.load(other, idle)).toBeDefined();
    });

    it("lets a reader of the list stop early", async () => {
      await store.create(newId(), session(1), idle);
      for await (const one of store.all()) {
        expect(one.session).toBeDefined();
        break;
      }
      await store.ready();
    });

    it("says that it is ready", async () => {
      await store.ready();
    });
  });
};
