import { chmod, mkdir, readdir, rename, rmdir, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { filesystemResourceStore } from "../../../../src/adapters/filesystem/resources/resource-store.ts";
import { StoreDown } from "../../../../src/domain/failure.ts";
import type { KeyPrefix, ObjectKey } from "../../../../src/domain/resources/object-key.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../../support/measuring/recording-log.ts";
import { withoutPrivileges } from "../../../support/server/without-privileges.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const never = new AbortController().signal;
const always = { kind: "none" } as const;
const key = "blab/datasets/ncov_19B.json" as ObjectKey;
const prefix = "blab/datasets/" as KeyPrefix;

async function* chunks(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

describe("the resource store in a folder", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: ReturnType<typeof filesystemResourceStore>;
  const clock = manualClock();
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = filesystemResourceStore({ folder: join(folder.path, "objects"), clock, log: recordingLog() });
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
  });

  const put = (name: ObjectKey, text: string) =>
    store.write(name, { contentType: "text/plain", body: chunks(text) }, always, never);

  const textAt = async (name: ObjectKey): Promise<string | undefined> => {
    const object = await store.read(name, never);
    return object && Buffer.concat(await Array.fromAsync(object.body)).toString();
  };

  const files = async (): Promise<string[]> => {
    const entries = await readdir(folder.path, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  };

  const openFiles = async (): Promise<number> => (await readdir("/dev/fd")).length;

  it("sets an object's modification time when the object becomes visible", async () => {
    async function* slowBody() {
      yield Buffer.from("begun");
      clock.pass(60);
    }
    const startedAt = clock.now();
    await store.write(key, { contentType: "text/plain", body: slowBody() }, always, never);
    expect(await store.stat(key, never)).toMatchObject({ lastModified: startedAt + 60, size: 5 });
  });

  it("reports an outage when its file system is no longer mounted, and writes nothing to the mount point", async () => {
    await put(key, "there");
    const [mountPoint, away] = [join(folder.path, "objects"), join(folder.path, "away")];
    await rename(mountPoint, away);
    // A mount point without its file system is an empty folder.
    await mkdir(mountPoint);
    for (const operation of [
      () => store.stat(key, never),
      () => store.read(key, never),
      () => Array.fromAsync(store.list(prefix, never)),
      () => store.remove(key, always, never),
      () => put(key, "elsewhere"),
      () => store.ready(never),
    ]) {
      await expect(operation()).rejects.toBeInstanceOf(StoreDown);
    }
    expect(await readdir(mountPoint)).toEqual([]);
    await rmdir(mountPoint);
    await rename(away, mountPoint);
    expect(await textAt(key)).toBe("there");
    await store.ready(never);
  });

  it("leaves no files of a body that throws, of a replaced or of a removed object", async () => {
    async function* broken() {
      yield Buffer.from("half");
      throw new Error("broken off");
    }
    const content = { contentType: "text/plain", body: broken() };
    await expect(store.write(key, content, always, never)).rejects.toThrow("broken off");
    expect(await files()).toEqual([]);
    await put(key, "text");
    await put(key, "other");
    expect(await files()).toHaveLength(2);
    await store.remove(key, always, never);
    expect(await readdir(join(folder.path, "objects"))).toEqual([".drafts"]);
  });

  it("stores names of up to a thousand bytes of which one begins like another", async () => {
    const names = [199, 200, 201, 398, 980].map((length) => `${prefix}${"x".repeat(length)}` as ObjectKey);
    names.push(
      `${prefix}${"\u{1f9ec}".repeat(250)}` as ObjectKey,
      `${prefix}${"x".repeat(200)}/y` as ObjectKey,
    );
    for (const name of names) await put(name, name);
    for (const name of names) expect(await textAt(name)).toBe(name);
    const listed = await Array.fromAsync(store.list(prefix, never));
    expect(listed).toEqual(
      names
        .map((name) => name.slice(prefix.length))
        .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
  });

  it("stores an object beside others whose keys continue its key", async () => {
    for (const name of ["a", "a/b", "a/b/c"]) await put(`${prefix}${name}` as ObjectKey, name);
    expect(await Array.fromAsync(store.list(prefix, never))).toEqual(["a", "a/b", "a/b/c"]);
    await store.remove(`${prefix}a/b` as ObjectKey, always, never);
    expect(await Array.fromAsync(store.list(prefix, never))).toEqual(["a", "a/b/c"]);
  });

  it("writes no key outside its folder", async () => {
    const outside = join(folder.path, "outside");
    await writeFile(outside, "untouched");
    for (const name of [
      "../outside",
      "../../outside",
      "/etc/passwd",
      "a/../../outside",
      "..",
      "a/./b",
      "a//b",
    ]) {
      await put(name as ObjectKey, name);
      expect(await textAt(name as ObjectKey)).toBe(name);
    }
    expect((await readdir(folder.path)).sort()).toEqual(["objects", "outside"]);
    expect((await stat(outside)).size).toBe(9);
  });

  it("closes the file of every read: completed, left early, aborted or never begun", async () => {
    await put(key, "x".repeat(300_000));
    const before = await openFiles();
    for (let round = 0; round < 5; round++) {
      const abort = new AbortController();
      const [whole, left, unread, aborted] = [
        await store.read(key, never),
        await store.read(key, never),
        await store.read(key, never),
        await store.read(key, abort.signal),
      ];
      for await (const _ of whole?.body ?? []);
      for await (const _ of left?.body ?? []) break;
      await unread?.body[Symbol.asyncIterator]().return?.();
      abort.abort();
      await expect(aborted?.body[Symbol.asyncIterator]().next()).rejects.toThrow();
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await openFiles()).toBeLessThanOrEqual(before);
  });

  it("throws StoreDown for writes when its folder is read-only, and goes on reading", async () => {
    await put(key, "text");
    await chmod(folder.path, 0o755);
    const entries = await readdir(folder.path, { recursive: true, withFileTypes: true });
    for (const entry of entries)
      await chmod(join(entry.parentPath, entry.name), entry.isFile() ? 0o444 : 0o555);
    await withoutPrivileges(async () => {
      await expect(put(key, "new")).rejects.toThrow(StoreDown);
      await expect(store.remove(key, always, never)).rejects.toThrow(StoreDown);
      await expect(put(`${prefix}new.json` as ObjectKey, "new")).rejects.toMatchObject({
        code: "store-down",
        cause: { code: "EACCES" },
      });
      expect(await textAt(key)).toBe("text");
      await expect(store.ready(never)).rejects.toMatchObject({ cause: { code: "EACCES" } });
    });
    expect(await textAt(key)).toBe("text");
    for (const entry of entries.filter((each) => each.isDirectory())) {
      await chmod(join(entry.parentPath, entry.name), 0o700);
    }
  });

  it("throws StoreDown when a file is where its folder should be", async () => {
    await writeFile(join(folder.path, "objects"), "");
    await expect(store.ready(never)).rejects.toThrow(StoreDown);
    await expect(put(key, "text")).rejects.toThrow(StoreDown);
    await expect(store.stat(key, never)).rejects.toThrow(StoreDown);
    await expect(Array.fromAsync(store.list(prefix, never))).rejects.toThrow(StoreDown);
  });

  it("throws StoreDown for a truncated object", async () => {
    await put(key, "x".repeat(200_000));
    const data = (await files()).find((path) => /\/d\.[0-9a-f]+$/.test(path)) ?? "";
    const object = await store.read(key, never);
    await truncate(data, 100_000);
    await expect(Array.fromAsync(object?.body ?? [])).rejects.toThrow(StoreDown);
    await truncate(data, 10);
    await expect(store.stat(key, never)).rejects.toThrow(StoreDown);
    await truncate(data, 0);
    await expect(store.read(key, never)).rejects.toThrow(StoreDown);
  });
});
