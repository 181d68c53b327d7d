import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEntryStore } from "../../../../src/adapters/embedded-provider/entries/entry-store.ts";
import { entryKinds, isRevoked } from "../../../../src/adapters/embedded-provider/entries/grant-entries.ts";
import { createModelAdapter } from "../../../../src/adapters/embedded-provider/entries/model-adapter.ts";
import type { LogEvent } from "../../../../src/ports/driven/system/log.ts";

let folder: string;
let now: number;
let events: LogEvent[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "entry-store-"));
  now = Date.now() / 1000;
  events = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = () =>
  openEntryStore(
    join(folder, "entries"),
    entryKinds,
    { now: () => now },
    { write: (event) => events.push(event) },
  );

const notAborted = new AbortController().signal;

const filesOf = (kind: string) => readdir(join(folder, "entries", kind));

describe("the embedded provider's entry store", () => {
  it("finds an entry in every process until it expires", async () => {
    const [one, other] = [await open(), await open()];
    await one.put("Session", "an id", { accountId: "alice" }, 60);
    expect((await other.find("Session", "an id"))?.value).toEqual({ accountId: "alice" });
    now += 59;
    expect(await other.find("Session", "an id")).toBeDefined();
    now += 1;
    expect(await other.find("Session", "an id")).toBeUndefined();
  });

  it("distinguishes ids by letter case and kind, and accepts any id", async () => {
    const store = await open();
    await store.put("Session", "a", { is: "small" }, 60);
    await store.put("Session", "A", { is: "capital" }, 60);
    await store.put("Session", "../../../etc/passwd\0", { is: "odd" }, 60);
    expect((await store.find("Session", "a"))?.value).toEqual({ is: "small" });
    expect((await store.find("Session", "../../../etc/passwd\0"))?.value).toEqual({ is: "odd" });
    expect(await store.find("Grant", "a")).toBeUndefined();
    expect(await store.find("Client", "a")).toBeUndefined();
  });

  it("is readable by its owner only, and has no ids in file names", async () => {
    const store = await open();
    await store.put("RefreshToken", "secret", {}, 60);
    await store.consume("RefreshToken", "secret");
    expect((await stat(join(folder, "entries", "RefreshToken"))).mode & 0o777).toBe(0o700);
    const files = await filesOf("RefreshToken");
    expect(files).toHaveLength(2);
    for (const name of files) {
      expect(name).not.toContain("secret");
      expect((await stat(join(folder, "entries", "RefreshToken", name))).mode & 0o777).toBe(0o600);
    }
  });

  it("lets one of concurrent callers consume an entry, in all processes, and none that does not exist", async () => {
    const stores = await Promise.all([open(), open()]);
    await stores[0].put("RefreshToken", "id", {}, 60);
    const results = await Promise.all(
      [...stores, ...stores, ...stores].map((store) => store.consume("RefreshToken", "id")),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
    expect((await stores[1].find("RefreshToken", "id"))?.consumedAt).toBeDefined();
    expect(await stores[0].consume("RefreshToken", "unknown")).toBe(false);
  });

  it("sweeps expired entries and the leftovers of a killed process, and nothing else", async () => {
    const store = await open();
    await store.put("RefreshToken", "expired", {}, 60);
    await store.consume("RefreshToken", "expired");
    await store.put("RefreshToken", "valid", {}, 600);
    await store.consume("RefreshToken", "valid");
    const leftover = join(folder, "entries", "RefreshToken", ".new-0");
    await writeFile(leftover, "half");
    await utimes(leftover, now - 7200, now - 7200);
    await writeFile(join(folder, "entries", "RefreshToken", ".new-1"), "being written");
    now += 60;
    await store.sweep(async () => false, notAborted);
    expect(await filesOf("RefreshToken")).toHaveLength(3);
    expect((await store.find("RefreshToken", "valid"))?.consumedAt).toBeDefined();
    expect(await filesOf("RefreshToken")).toContain(".new-1");
  });

  it("stops sweeping when the signal is aborted", async () => {
    const store = await open();
    await store.put("Session", "expired", {}, 0);
    await store.sweep(async () => true, AbortSignal.abort());
    expect(await filesOf("Session")).toHaveLength(1);
  });

  it.each(["{", "null", "[]", '{"expires":"9999999999","value":{}}', '{"expires":9999999999,"value":[]}'])(
    "does not find a damaged entry, logs it, and sweeps it: %s",
    async (text) => {
      const store = await open();
      await store.put("Session", "id", {}, 60);
      const [name = ""] = await filesOf("Session");
      await writeFile(join(folder, "entries", "Session", name), text);
      expect(await store.find("Session", "id")).toBeUndefined();
      expect(events).toHaveLength(1);
      await store.sweep(async () => false, notAborted);
      expect(await filesOf("Session")).toEqual([]);
    },
  );
});

describe("the models of oidc-provider in it", () => {
  it("are revoked with their grant, also those that are stored at the same moment", async () => {
    const store = await open();
    const [grants, tokens] = [createModelAdapter(store, "Grant"), createModelAdapter(store, "RefreshToken")];
    await grants.upsert("grant", { kind: "Grant" }, 600);
    await tokens.upsert("before", { kind: "RefreshToken", grantId: "grant" }, 600);
    expect(await tokens.find("before")).toBeDefined();
    await tokens.revokeByGrantId("grant");
    await tokens.upsert("after", { kind: "RefreshToken", grantId: "grant" }, 600);
    expect(await tokens.find("before")).toBeUndefined();
    expect(await tokens.find("after")).toBeUndefined();
    await store.sweep((value) => isRevoked(store, value), notAborted);
    expect(await filesOf("RefreshToken")).toEqual([]);
  });

  it("are consumed once: the loser of a race gets invalid_grant", async () => {
    const tokens = createModelAdapter(await open(), "RefreshToken");
    await tokens.upsert("id", {}, 600);
    const outcomes = await Promise.allSettled([tokens.consume("id"), tokens.consume("id")]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { error: "invalid_grant" },
    });
    expect((await tokens.find("id"))?.consumed).toBeGreaterThan(0);
  });

  it("find a session by its uid under its present id", async () => {
    const sessions = createModelAdapter(await open(), "Session");
    await sessions.upsert("old id", { uid: "uid" }, 600);
    await sessions.destroy("old id");
    await sessions.upsert("new id", { uid: "uid", accountId: "alice" }, 600);
    expect(await sessions.findByUid("uid")).toMatchObject({ accountId: "alice" });
    await sessions.destroy("new id");
    expect(await sessions.findByUid("uid")).toBeUndefined();
  });
});
