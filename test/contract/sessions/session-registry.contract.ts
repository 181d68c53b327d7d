import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Seconds } from "../../../src/domain/brand.ts";
import type { Subject } from "../../../src/domain/identity/person.ts";
import type { Username } from "../../../src/domain/identity/user.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import {
  byPerson,
  byProviderSession,
  bySubject,
  byUsername,
} from "../../../src/domain/sessions/session-owner.ts";
import type { SessionRegistry } from "../../../src/ports/driven/sessions/session-registry.ts";

export interface Harness {
  readonly registry: SessionRegistry;
  /** One more instance on the same data. */
  another(): Promise<SessionRegistry>;
  /** Lets time pass: moves the clock, or shortens what is left of every stored expiry. */
  passSeconds(seconds: Seconds): Promise<void>;
  /** The number of owners that have entries. */
  owners(): Promise<number>;
  close(): Promise<void>;
}

const newId = (): SessionId => randomBytes(24).toString("base64url") as SessionId;
const newOwner = (ending = "") => byUsername(`${newId()}${ending}` as Username);
const lifetime: Seconds = 1000;

export const sessionRegistryContract = (adapter: string, open: () => Promise<Harness>): void => {
  describe(`SessionRegistry in ${adapter}`, () => {
    let harness: Harness;
    let registry: SessionRegistry;
    beforeAll(async () => {
      harness = await open();
      registry = harness.registry;
    });
    afterAll(() => harness.close());

    it("is empty for an owner without sessions", async () => {
      expect(await registry.list(newOwner())).toEqual([]);
    });

    it("lists all sessions of an owner at every instance, the most recently extended one first", async () => {
      const [owner, first, second, third] = [newOwner(), newId(), newId(), newId()];
      for (const id of [first, second, third, first]) {
        await registry.add(owner, id, lifetime);
        await harness.passSeconds(1);
      }
      expect(await registry.list(owner)).toEqual([first, third, second]);
      expect(await (await harness.another()).list(owner)).toEqual([first, third, second]);
    });

    it("distinguishes people with the same subject at two issuers, and similar ones", async () => {
      const subject = newId();
      const people = [
        ["https://a.example", subject],
        ["https://b.example", subject],
        ["https://a.example", `${subject} `],
        ["https://a.example", `ü🧬 "${subject}"/../*`],
        [`https://a.example","${subject}`, ""],
      ] as const;
      const owners = people.map(([issuer, of]) => byPerson({ issuer, subject: of as Subject }));
      const ids = owners.map(newId);
      for (const [n, owner] of owners.entries()) await registry.add(owner, ids[n] as SessionId, lifetime);
      const another = await harness.another();
      expect(await Promise.all(owners.map((owner) => another.list(owner)))).toEqual(ids.map((id) => [id]));
    });

    it("loses no entry when several instances add some concurrently", async () => {
      const owner = newOwner();
      const ids = Array.from({ length: 12 }, newId);
      const instances = await Promise.all([registry, harness.another(), harness.another()]);
      await Promise.all(ids.map((id, n) => instances[n % 3]?.add(owner, id, lifetime)));
      expect((await registry.list(owner)).toSorted()).toEqual(ids.toSorted());
    });

    it("removes one entry, and no other", async () => {
      const [owner, id, other] = [newOwner(), newId(), newId()];
      await registry.add(owner, id, lifetime);
      await registry.add(owner, other, lifetime);
      await (await harness.another()).remove(owner, id);
      expect(await registry.list(owner)).toEqual([other]);
      await registry.remove(owner, id);
      await registry.remove(newOwner(), id);
      expect(await registry.list(owner)).toEqual([other]);
    });

    it("stores nothing for an owner whose last entry was removed", async () => {
      const before = await harness.owners();
      const [owner, id] = [newOwner(), newId()];
      await registry.add(owner, id, lifetime);
      expect(await harness.owners()).toBe(before + 1);
      await registry.remove(owner, id);
      expect(await harness.owners()).toBe(before);
    });

    it("expires entries that are not extended, and no others", async () => {
      const [owner, left, used] = [newOwner(), newId(), newId()];
      await registry.add(owner, left, lifetime);
      await registry.add(owner, used, lifetime);
      await harness.passSeconds(lifetime - 10);
      await registry.add(owner, used, lifetime);
      expect(await registry.list(owner)).toEqual([used, left]);
      await harness.passSeconds(11);
      expect(await registry.list(owner)).toEqual([used]);
      await harness.passSeconds(lifetime - 20);
      expect(await registry.list(owner)).toEqual([used]);
      await harness.passSeconds(10);
      expect(await registry.list(owner)).toEqual([]);
    });

    it("does not expire a long-lived entry with a short-lived one", async () => {
      const [owner, long, short] = [newOwner(), newId(), newId()];
      await registry.add(owner, long, lifetime);
      await registry.add(owner, short, 10);
      await harness.passSeconds(11);
      expect(await registry.list(owner)).toEqual([long]);
    });

    it("distinguishes owners of every kind, whatever their names", async () => {
      const stem = newId();
      const names = ["a", "A", "é", "e\u0301", "/", "..", "a:b", "*", "\u{1f9ec}", "x".repeat(3000)];
      const owners = names.flatMap((name) => [
        byUsername(`${stem}${name}` as Username),
        bySubject(`${stem}${name}`),
        byProviderSession(`${stem}${name}`),
      ]);
      const ids = owners.map(newId);
      for (const [n, owner] of owners.entries()) await registry.add(owner, ids[n] ?? newId(), lifetime);
      for (const [n, owner] of owners.entries()) expect(await registry.list(owner)).toEqual([ids[n]]);
    });
  });
};
