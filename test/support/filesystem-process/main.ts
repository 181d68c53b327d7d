import { randomInt } from "node:crypto";
import { open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { filesystemResourceStore } from "../../../src/adapters/filesystem/resources/resource-store.ts";
import { filesystemLock } from "../../../src/adapters/filesystem/sessions/lock.ts";
import { filesystemSessionStore } from "../../../src/adapters/filesystem/sessions/session-store.ts";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import { isFailure } from "../../../src/domain/failure.ts";
import type { ObjectKey } from "../../../src/domain/resources/object-key.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import { selfChecking } from "./self-checking.ts";

/** A process that shares a folder with others: `main.ts <task> <folder> <session id> [times]`. */

const [, , task = "", folder = "", session = "", times = "0"] = process.argv;
const id = session as SessionId;
const clock = systemClock();
const log = { write: (event: unknown) => process.stderr.write(`${JSON.stringify(event)}\n`) };
const never = new AbortController().signal;

const sessions = filesystemSessionStore({ folder: join(folder, "sessions"), clock, log });
const objects = filesystemResourceStore({ folder: join(folder, "objects"), clock, log });
const lock = filesystemLock({ folder: join(folder, "locks"), clock, log, lease: 1 });

async function* body(): AsyncGenerator<Uint8Array> {
  const bytes = selfChecking(`${process.pid} ${Math.random()}`, randomInt(1, 300_000));
  for (let start = 0; start < bytes.length; start += 10_000) yield bytes.subarray(start, start + 10_000);
}

/** Ignores that another process has created the session meanwhile. */
const ignoreConflict = (error: unknown): void => {
  if (isFailure(error)) throw error;
};

const writeOnce = async (): Promise<void> => {
  const key = `blab/datasets/${randomInt(3)}.json` as ObjectKey;
  if (randomInt(5) === 0) await objects.remove(key, { kind: "none" }, never);
  else await objects.write(key, { contentType: "application/json", body: body() }, { kind: "none" }, never);
  const text = selfChecking(String(Math.random()), randomInt(1, 5000)).toString("base64");
  const stored = await sessions.load(id, 1000);
  if (stored === undefined) await sessions.create(id, { text }, 1000).catch(ignoreConflict);
  else if (randomInt(5) === 0) await sessions.remove(id);
  else await sessions.replace(id, { text }, stored.revision, 1000);
};

const increment = async (): Promise<void> => {
  for (;;) {
    const stored = await sessions.load(id, 1000);
    if (stored === undefined) throw new Error("The session went away.");
    const next = { count: Number(stored.session.count) + 1 };
    if ((await sessions.replace(id, next, stored.revision, 1000)).outcome === "replaced") return;
  }
};

/** Fails if another process holds the lock too. */
const enterExclusively = async (): Promise<void> => {
  const marker = join(folder, "inside");
  const outcome = await lock.withLock(id, 30, async () => {
    await (await open(marker, "wx")).close();
    await delay(randomInt(5));
    await unlink(marker);
  });
  if (outcome.outcome !== "done") throw new Error("The lock stayed busy.");
};

const repeat = async (step: () => Promise<void>): Promise<void> => {
  for (let n = 0; n < Number(times); n++) await step();
};

const tasks: Readonly<Record<string, () => Promise<unknown>>> = {
  write: async () => {
    for (;;) await writeOnce();
  },
  count: () => repeat(increment),
  enter: () => repeat(enterExclusively),
  hold: () =>
    lock.withLock(id, 10, async () => {
      process.stdout.write("holding\n");
      await delay(600_000);
    }),
};

process.stdout.write("started\n");
await tasks[task]?.();
await Promise.all([sessions.close(), objects.close(), lock.close()]);
