import { mkdir, readdir, readFile, rename, rmdir, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashedSlotFolder } from "../../../../src/adapters/filesystem/encoded-path.ts";
import { filesystemNotBeforeMarks } from "../../../../src/adapters/filesystem/sessions/not-before-marks.ts";
import { filesystemReplayCache } from "../../../../src/adapters/filesystem/sessions/replay-cache.ts";
import { filesystemSessionRegistry } from "../../../../src/adapters/filesystem/sessions/session-registry.ts";
import { filesystemSessionStore } from "../../../../src/adapters/filesystem/sessions/session-store.ts";
import { StoreDown } from "../../../../src/domain/failure.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import type { SessionId } from "../../../../src/domain/sessions/session.ts";
import { byUsername } from "../../../../src/domain/sessions/session-owner.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../../support/measuring/recording-log.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const id = "Abcdefghijklmnopqrstuvwxyz012345" as SessionId;
const other = "abcdefghijklmnopqrstuvwxyz012345" as SessionId;

const disposable = <T extends { close(): Promise<void> }>(store: T) => ({
  ...store,
  [Symbol.asyncDispose]: () => store.close(),
});

describe("the session store in a folder", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: ReturnType<typeof filesystemSessionStore>;
  const clock = manualClock();
  const log = recordingLog();
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = filesystemSessionStore({ folder: folder.path, clock, log });
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
  });

  const files = async (): Promise<string[]> => {
    const entries = await readdir(folder.path, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  };

  const dataFile = async (): Promise<string> => {
    const found = (await files()).filter((path) => /\/d\.[0-9a-f]+$/.test(path));
    expect(found).toHaveLength(1);
    return found[0] ?? "";
  };

  it("rewrites no file when a session is only touched", async () => {
    await store.create(id, { count: 1 }, 100);
    const path = await dataFile();
    const before = {
      ...(await stat(path, { bigint: true })),
      content: await readFile(path, "utf8"),
      names: await files(),
    };
    clock.pass(50);
    await store.load(id, 100);
    const after = {
      ...(await stat(path, { bigint: true })),
      content: await readFile(path, "utf8"),
      names: await files(),
    };
    for (const name of ["ino", "mtimeNs", "ctimeNs", "content", "names"] as const) {
      expect(after[name]).toEqual(before[name]);
    }
  });

  it("reports an outage, and no absent session, when its file system is no longer mounted", async () => {
    await store.create(id, { count: 1 }, 100);
    await rename(folder.path, `${folder.path}-away`);
    await mkdir(folder.path);
    await expect(store.load(id, 100)).rejects.toBeInstanceOf(StoreDown);
    await expect(store.remove(id)).rejects.toBeInstanceOf(StoreDown);
    await expect(store.create(other, {}, 100)).rejects.toBeInstanceOf(StoreDown);
    await rmdir(folder.path);
    await rename(`${folder.path}-away`, folder.path);
    expect((await store.load(id, 100))?.session).toEqual({ count: 1 });
  });

  it("has marks, replay cache and registry report an outage when their file system is no longer mounted", async () => {
    const root = join(folder.path, "marks-replay-cache-registry");
    const options = { folder: root, clock, log };
    await using marks = disposable(filesystemNotBeforeMarks({ ...options, lifetime: 1000 }));
    await using replayCache = disposable(filesystemReplayCache(options));
    await using registry = disposable(filesystemSessionRegistry(options));
    await marks.mark("alice" as Username, clock.now());
    await rename(root, `${root}-away`);
    const reads = [
      marks.find("alice" as Username),
      replayCache.has("an id"),
      registry.list(byUsername("alice" as Username)),
    ];
    for (const each of await Promise.allSettled(reads)) {
      expect(each).toMatchObject({ status: "rejected", reason: { code: "store-down" } });
    }
  });

  it("writes files and folders that only their owner may read", async () => {
    await store.create(id, { count: 1 }, 100);
    const entries = await readdir(folder.path, { recursive: true, withFileTypes: true });
    expect(entries.length).toBeGreaterThan(3);
    for (const entry of entries) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect((mode & 0o777).toString(8)).toBe(entry.isFile() ? "600" : "700");
    }
  });

  it("writes a session's id into the session's file only, and into no file's name", async () => {
    await store.create(id, { count: 1 }, 100);
    const names = await readdir(folder.path, { recursive: true });
    expect(names.join().toLowerCase()).not.toContain("bcdefgh");
    expect(await readFile(await dataFile(), "utf8")).toBe(`${id}{"count":1}`);
  });

  it("leaves no files of a session that was replaced or removed", async () => {
    const first = await store.create(id, { count: 1 }, 100);
    await store.replace(id, { count: 2 }, first, 100);
    expect(await files()).toHaveLength(2);
    await store.remove(id);
    expect(await readdir(folder.path)).toEqual([".drafts"]);
    expect(await files()).toEqual([]);
  });

  it("sweeps expired sessions, and no others", async () => {
    await store.create(id, { count: 1 }, 100);
    await store.create(other, { count: 2 }, 200);
    clock.pass(150);
    await store.sweep();
    expect((await readdir(folder.path)).filter((name) => name !== ".drafts")).toHaveLength(1);
    expect(await store.load(other, 100)).toMatchObject({ session: { count: 2 } });
  });

  it("sweeps the files of killed writers once they are old, and keeps the session", async () => {
    const revision = await store.create(id, { count: 1 }, 1e9);
    const orphan = join(hashedSlotFolder(folder.path, id), `d.${"0".repeat(32)}`);
    const draft = join(folder.path, ".drafts", "0123456789abcdef");
    for (const path of [orphan, draft]) {
      await writeFile(path, "half");
      await utimes(path, clock.now(), clock.now());
    }
    clock.pass(23 * 3600);
    await store.sweep();
    expect(await files()).toEqual(expect.arrayContaining([orphan, draft]));
    clock.pass(2 * 3600);
    await store.sweep();
    expect(await files()).toHaveLength(2);
    expect(await store.replace(id, { count: 2 }, revision, 100)).toMatchObject({ outcome: "replaced" });
  });

  it("treats a slot whose deletion was interrupted as empty, and creates the session in it", async () => {
    await store.create(id, { count: 1 }, 100);
    const slot = hashedSlotFolder(folder.path, id);
    const [data = ""] = await readdir(slot);
    await store.remove(id);
    await store.create(id, { count: 2 }, 100);
    await writeFile(join(slot, data), "left");
    const pointer = (await readdir(slot)).find((name) => name.startsWith("t.")) ?? "";
    await unlink(join(slot, pointer));
    expect(await store.load(id, 100)).toBeUndefined();
    await store.create(id, { count: 3 }, 100);
    expect(await store.load(id, 100)).toMatchObject({ session: { count: 3 } });
    expect(await readdir(slot)).toHaveLength(2);
  });

  it.each([
    ["{"],
    ["no id that a session could have {}"],
    ["0123456789abcdef0123456789abcde.{}"],
    [`${"a".repeat(32)}[]`],
  ])("logs a damaged session and treats it as absent: %s", async (text) => {
    await store.create(id, { count: 1 }, 100);
    await writeFile(await dataFile(), text);
    expect(await store.load(id, 100)).toBeUndefined();
    expect(log.events.at(-1)).toEqual({
      event: "background",
      what: "reading a session",
      cause: "its record has another shape",
    });
  });
});
