import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesystemResourceStore } from "../../../src/adapters/filesystem/resources/resource-store.ts";
import { filesystemLock } from "../../../src/adapters/filesystem/sessions/lock.ts";
import { filesystemSessionStore } from "../../../src/adapters/filesystem/sessions/session-store.ts";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import type { KeyPrefix, ObjectKey } from "../../../src/domain/resources/object-key.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import { isWhole, selfChecking } from "../../support/filesystem-process/self-checking.ts";
import { startFilesystemProcess } from "../../support/filesystem-process/start.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const id = "Abcdefghijklmnopqrstuvwxyz012345" as SessionId;
const never = new AbortController().signal;
const always = { kind: "none" } as const;
const prefix = "blab/datasets/" as KeyPrefix;
const rounds = 10;
const writersPerRound = 3;

describe("processes killed while they use a folder", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const log = recordingLog();
  const soon = systemClock();
  const inTwoDays = { now: () => soon.now() + 2 * 24 * 3600 };

  const openStores = (clock: typeof soon) => ({
    sessions: filesystemSessionStore({ folder: join(folder.path, "sessions"), clock, log }),
    objects: filesystemResourceStore({ folder: join(folder.path, "objects"), clock, log }),
  });
  type Stores = ReturnType<typeof openStores>;
  let stores: Stores;

  beforeAll(async () => {
    folder = await temporaryFolder();
    stores = openStores(soon);
  });
  afterAll(async () => {
    await Promise.all([stores.sessions.close(), stores.objects.close()]);
    await folder.remove();
  });

  /** Reads all there is; how many objects and sessions that was. */
  const readAll = async ({ sessions, objects }: Stores): Promise<number> => {
    let found = 0;
    for await (const name of objects.list(prefix, never)) {
      const object = await objects.read(`${prefix}${name}` as ObjectKey, never);
      if (object === undefined) continue;
      const bytes = Buffer.concat(await Array.fromAsync(object.body));
      expect(bytes.length).toBe(object.size);
      expect(isWhole(bytes)).toBe(true);
      found++;
    }
    const stored = await sessions.load(id, 1000);
    if (stored === undefined) return found;
    expect(isWhole(Buffer.from(String(stored.session.text), "base64"))).toBe(true);
    return found + 1;
  };

  const killSomeWriters = async (): Promise<number> => {
    const writers = Array.from({ length: writersPerRound }, () =>
      startFilesystemProcess("write", folder.path, id),
    );
    await Promise.all(writers.map((writer) => writer.said("started")));
    let found = 0;
    for (const writer of writers) {
      found += await readAll(stores);
      await delay(Math.random() * 60);
      await writer.kill();
      expect((await writer.ended).errors).toBe("");
    }
    return found;
  };

  it("never leave a half-written object or session visible, nor one that cannot be written again", async () => {
    let found = 0;
    for (let round = 0; round < rounds; round++) found += await killSomeWriters();
    // Otherwise the writers wrote nothing, and nothing was tried.
    expect(found).toBeGreaterThan(rounds);
    const content = { contentType: "text/plain", body: [selfChecking("last", 10)] };
    async function* body() {
      yield* content.body;
    }
    await stores.objects.write(`${prefix}0.json` as ObjectKey, { ...content, body: body() }, always, never);
    await stores.sessions.remove(id);
    await stores.sessions.create(id, { text: selfChecking("last", 10).toString("base64") }, 1000);
    expect(await readAll(stores)).toBeGreaterThanOrEqual(2);
    expect(log.events).toEqual([]);
  });

  it("leave nothing behind that is not swept", async () => {
    const later = openStores(inTwoDays);
    const before = await Array.fromAsync(later.objects.list(prefix, never));
    await later.objects.sweep();
    await later.sessions.sweep();
    const entries = await readdir(folder.path, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name.slice(0, 2));
    // One pointer and one data file for each object; the session has expired by then.
    expect(files.sort()).toEqual([...before.map(() => "d."), ...before.map(() => "t.")]);
    expect(await readAll(later)).toBe(before.length);
    await Promise.all([later.sessions.close(), later.objects.close()]);
  });

  it("keep a lock for no longer than their lease", async () => {
    const lock = filesystemLock({ folder: join(folder.path, "locks"), clock: soon, log, lease: 1 });
    const holder = startFilesystemProcess("hold", folder.path, id);
    await holder.said("holding");
    await delay(1500);
    expect(await lock.withLock(id, 0, async () => 1)).toEqual({ outcome: "busy" });
    await holder.kill();
    expect(await lock.withLock(id, 2, async () => 2)).toEqual({ outcome: "done", result: 2 });
    await lock.close();
  });
});

describe("processes that race for a folder", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(() => folder.remove());

  const race = async (task: string, times: number): Promise<void> => {
    const processes = Array.from({ length: 3 }, () =>
      startFilesystemProcess(task, folder.path, id, String(times)),
    );
    for (const { code, errors } of await Promise.all(processes.map(({ ended }) => ended))) {
      expect(errors).toBe("");
      expect(code).toBe(0);
    }
  };

  it("lose no step of a counter in a session", async () => {
    const log = recordingLog();
    const sessions = filesystemSessionStore({
      folder: join(folder.path, "sessions"),
      clock: systemClock(),
      log,
    });
    await sessions.create(id, { count: 0 }, 1000);
    await race("count", 100);
    expect((await sessions.load(id, 1000))?.session.count).toBe(300);
    await sessions.close();
  });

  it("are never two at once inside a lock", async () => {
    await race("enter", 15);
  });
});
