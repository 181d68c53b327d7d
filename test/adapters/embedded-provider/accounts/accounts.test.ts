import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openAccounts } from "../../../../src/adapters/embedded-provider/accounts/accounts.ts";
import {
  defaultCost,
  hashPassword,
  verifyPassword,
} from "../../../../src/adapters/embedded-provider/accounts/password-hash.ts";
import { openProviderKeys } from "../../../../src/adapters/embedded-provider/provider-keys.ts";
import { memoryLimiters } from "../../../../src/adapters/memory/limiter.ts";

const lowCost = { N: 16, r: 1, p: 1 };

let folder: string;
let now: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "accounts-"));
  now = 1_000_000;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const clock = { now: () => now };
const rate = { burst: 5, interval: 60 };
const alice = { username: "alice", password: "demo", groups: ["demo/owners"] };
const open = (accounts = [alice]) =>
  openAccounts(folder, accounts, lowCost, memoryLimiters(clock)("test", rate));

describe("the demo accounts", () => {
  it("are stored with a hash and its parameters, for the owner of the folder only", async () => {
    await open();
    const path = join(folder, "accounts.json");
    const text = await readFile(path, "utf8");
    expect(text).not.toContain('demo"');
    expect(JSON.parse(text)[0].password).toMatchObject(lowCost);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("are created once: a later start keeps those of the folder", async () => {
    await open();
    const accounts = await open([{ ...alice, password: "another" }]);
    expect(await accounts.logIn("alice", "demo")).toMatchObject({ outcome: "done" });
    expect(await accounts.logIn("alice", "another")).toEqual({ outcome: "wrong" });
  });

  it("are the same for concurrent first starts", async () => {
    await Promise.all(
      Array.from({ length: 5 }, (_, index) => open([{ ...alice, groups: [`${index}/owners`] }])),
    );
    const groups = (await open()).find("alice")?.groups;
    const all = await Promise.all(Array.from({ length: 5 }, () => open()));
    expect(all.map((accounts) => accounts.find("alice")?.groups)).toEqual(Array(5).fill(groups));
    expect(await readdir(folder)).toEqual(["accounts.json"]);
  });

  it("are found by their exact usernames, and not by names of object properties", async () => {
    const accounts = await open();
    expect(accounts.find("alice")?.groups).toEqual(["demo/owners"]);
    for (const name of ["Alice", "constructor", "__proto__", ""]) {
      expect(accounts.find(name)).toBeUndefined();
      expect(await accounts.logIn(name, "demo")).toEqual({ outcome: "wrong" });
    }
  });

  it("reject passwords that are too long", async () => {
    expect(await (await open()).logIn("alice", "x".repeat(201))).toEqual({ outcome: "wrong" });
  });

  it.each([
    "[",
    "null",
    "{}",
    "[null]",
    '[{"username":"alice","groups":[]}]',
    '[{"username":"alice","groups":[1],"password":{"N":2,"r":8,"p":1,"salt":"","hash":""}}]',
    '[{"username":"alice","groups":[],"password":{"N":"2","r":8,"p":1,"salt":"","hash":""}}]',
  ])("name the file when it is damaged: %s", async (text) => {
    await writeFile(join(folder, "accounts.json"), text);
    await expect(open()).rejects.toThrow("accounts.json");
  });
});

describe("password hashing", () => {
  it("takes 32 MiB by default", () => {
    expect(128 * defaultCost.N * defaultCost.r).toBe(32 * 2 ** 20);
  });

  it("accepts the password, and nothing else", async () => {
    const stored = await hashPassword("Pässword", lowCost);
    expect(await verifyPassword("Pa\u0308ssword", stored)).toBe(true);
    expect(await verifyPassword("Pässword ", stored)).toBe(false);
    expect(await verifyPassword("", { ...stored, hash: "" })).toBe(false);
    expect((await hashPassword("Pässword", lowCost)).hash).not.toBe(stored.hash);
  });
});

describe("the limit of login attempts", () => {
  it.each(["alice", "nobody"])("applies to the username %s, and to the right password too", async (name) => {
    const accounts = await open();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await accounts.logIn(name, "wrong")).toEqual({ outcome: "wrong" });
    }
    now += 0.5;
    expect(await accounts.logIn(name, "demo")).toEqual({ outcome: "too-many", wait: 60 });
    expect(await accounts.logIn("bob", "demo")).toEqual({ outcome: "wrong" });
    now += 60;
    expect(await accounts.logIn(name, "wrong")).toEqual({ outcome: "wrong" });
  });

  it("is reset by a success", async () => {
    const accounts = await open();
    for (let attempt = 0; attempt < 20; attempt += 1) {
      expect(await accounts.logIn("alice", "demo")).toMatchObject({ outcome: "done" });
    }
  });
});

describe("the provider's keys", () => {
  it("are the same for concurrent first starts, and afterwards", async () => {
    const opened = await Promise.all([1, 2, 3].map(() => openProviderKeys(folder)));
    for (const keys of opened) expect(keys).toEqual(opened[0]);
    expect(await openProviderKeys(folder)).toEqual(opened[0]);
    expect(opened[0]?.jwks.keys[0]).toMatchObject({ kty: "RSA", alg: "RS256", use: "sig" });
    for (const name of await readdir(folder))
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });
});
