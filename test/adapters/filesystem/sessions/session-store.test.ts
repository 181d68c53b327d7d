import { mkdir, readdir, readFile, rename, rmdir, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashedFolder } from "../../../../src/adapters/filesystem/owned-path.ts";
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

const closing = <T extends { close(): Promise<void> }>(store: T) => ({
  ...store,
  [Symbol.asyncDispose]: () => store.close(),
});

describe("sessions in a folder", () => {
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

  it("rewrites nothing when a session is only used", async () => {
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

  it("ends no session because its disk is no longer mounted", async () => {
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

  it("forgets no mark, notice or entry because the disk of theirs is no longer mounted", async () => {
    const root = join(folder.path, "marks-notices-entries");
    const place = { folder: root, clock, log };
    await using marks = closing(filesystemNotBeforeMarks({ ...place, lifetime: 1000 }));
    await using replayCache = closing(filesystemReplayCache(place));
    await using registry = closing(filesystemSessionRegistry(place));
    await marks.mark("alice" as Username, clock.now());
    await rename(root, `${root}-away`);
    const asked = [
      marks.find("alice" as Username),
      replayCache.has("notice"),
      registry.list(byUsername("alice" as Username)),
    ];
    for (const each of await Promise.allSettled(asked)) {
      expect(each).toMatchObject({ status: "rejected", reason: { code: "store-down" } });
    }
  });

  it("lets nobody else read what it writes", async () => {
    await store.create(id, { count: 1 }, 100);
    const entries = await readdir(folder.path, { recursive: true, withFileTypes: true });
    expect(entries.length).toBeGreaterThan(3);
    for (const entry of entries) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect((mode & 0o777).toString(8)).toBe(entry.isFile() ? "600" : "700");
    }
  });

  it("writes no session's id into a name, only into the session's own file", async () => {
    await store.create(id, { count: 1 }, 100);
    const names = await readdir(folder.path, { recursive: true });
    expect(names.join().toLowerCase()).not.toContain("bcdefgh");
    expect(await readFile(await dataFile(), "utf8")).toBe(`${id}{"count":1}`);
  });

  it("leaves nothing on the disk of a session that was removed or replaced", async () => {
    const first = await store.create(id, { count: 1 }, 100);
    await store.replace(id, { count: 2 }, first, 100);
    expect(await files()).toHaveLength(2);
    await store.remove(id);
    expect(await readdir(folder.path)).toEqual([".drafts"]);
    expect(await files()).toEqual([]);
  });

  it("sweeps sessions that have ended, and no others", async () => {
    await store.create(id, { count: 1 }, 100);
    await store.create(other, { count: 2 }, 200);
    clock.pass(150);
    await store.sweep();
    expect((await readdir(folder.path)).filter((name) => name !== ".drafts")).toHaveLength(1);
    expect(await store.load(other, 100)).toMatchObject({ session: { count: 2 } });
  });

  it("sweeps what killed writers left, once it is old, and the session stays as it is", async () => {
    const revision = await store.create(id, { count: 1 }, 1e9);
    const left = join(hashedFolder(folder.path, id), `d.${"0".repeat(32)}`);
    const draft = join(folder.path, ".drafts", "0123456789abcdef");
    for (const path of [left, draft]) {
      await writeFile(path, "half");
      await utimes(path, clock.now(), clock.now());
    }
    clock.pass(23 * 3600);
    await store.sweep();
    expect(await files()).toEqual(expect.arrayContaining([left, draft]));
    clock.pass(2 * 3600);
    await store.sweep();
    expect(await files()).toHaveLength(2);
    expect(await store.replace(id, { count: 2 }, revision, 100)).toMatchObject({ outcome: "replaced" });
  });

  it("takes a folder whose removal was broken off for absent, and creates the session anew", async () => {
    await store.create(id, { count: 1 }, 100);
    const cell = hashedFolder(folder.path, id);
    const [data = ""] = await readdir(cell);
    await store.remove(id);
    await store.create(id, { count: 2 }, 100);
    await writeFile(join(cell, data), "left");
    const token = (await readdir(cell)).find((name) => name.startsWith("t.")) ?? "";
    await unlink(join(cell, token));
    expect(await store.load(id, 100)).toBeUndefined();
    await store.create(id, { count: 3 }, 100);
    expect(await store.load(id, 100)).toMatchObject({ session: { count: 3 } });
    expect(await readdir(cell)).toHaveLength(2);
  });

  it.each([
    ["{"],
    ["no id that a session could have {}"],
    ["0123456789abcdef0123456789abcde.{}"],
    [`${"a".repeat(32)}[]`],
  ])("logs a damaged session and takes it for absent: %s", async (text) => {
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
