import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesystemSessionStore } from "../../../src/adapters/filesystem/sessions/session-store.ts";
import { connectRedis } from "../../../src/adapters/redis/connection.ts";
import { redisSessionStore } from "../../../src/adapters/redis/session-store.ts";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import type { SessionStore } from "../../../src/ports/driven/sessions/session-store.ts";
import type { StartedRedis } from "../../support/containers/stores/redis.ts";
import { startRedis } from "../../support/containers/stores/redis.ts";
import type { Counter } from "../../support/measuring/counter.ts";
import { startCounter } from "../../support/measuring/counter.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import { memorySessionStore } from "../../support/memory/session-store.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** One instance's way to the sessions that all instances share. */
interface Opened {
  readonly store: SessionStore;
  close(): Promise<void>;
}

let redis: StartedRedis;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  [redis, folder] = await Promise.all([startRedis(), temporaryFolder()]);
});
afterAll(() => Promise.all([redis.close(), folder.remove()]));

const clock = systemClock();
const ofOneProcess = new Map();

const stores: Readonly<Record<string, () => Promise<Opened>>> = {
  memory: async () => ({ store: memorySessionStore(clock, ofOneProcess), close: async () => undefined }),
  filesystem: async () => {
    const store = filesystemSessionStore({ folder: folder.path, clock, log: recordingLog() });
    return { store, close: () => store.close() };
  },
  Redis: async () => {
    const connection = await connectRedis({ url: redis.url, ca: redis.certificates.ca }, recordingLog());
    return { store: redisSessionStore(connection, recordingLog()), close: () => connection.close() };
  },
};

/** An instance of a server, on a connection of its own. */
const startInstance = async (name: string): Promise<Counter> => {
  const { store, close } = (await stores[name]?.()) ?? expect.unreachable();
  const counter = await startCounter(store);
  return {
    ...counter,
    close: async () => {
      await counter.close();
      await close();
    },
  };
};

describe.each(Object.keys(stores))("a counter in a session, kept in %s", (name) => {
  it("counts up over requests, instances and restarts", async () => {
    const [one, other] = [await startInstance(name), await startInstance(name)];
    const { text, cookie } = await one.visit("/count");
    expect([text, cookie]).toEqual(["1", expect.stringMatching(/^nextstrain\.org-session=/)]);
    expect((await one.visit("/count", cookie)).text).toBe("2");
    expect((await other.visit("/count", cookie)).text).toBe("3");
    expect((await one.visit("/count", cookie)).text).toBe("4");
    await Promise.all([one.close(), other.close()]);
    const restarted = await startInstance(name);
    expect((await restarted.visit("/count", cookie)).text).toBe("5");
    expect((await restarted.visit("/count")).text).toBe("1");
    await restarted.close();
  });

  it("is gone everywhere once the session was ended anywhere", async () => {
    const [one, other] = [await startInstance(name), await startInstance(name)];
    const { cookie } = await one.visit("/count");
    await other.visit("/end", cookie);
    expect((await one.visit("/look", cookie)).text).toBe("none");
    const next = await one.visit("/count", cookie);
    expect(next.text).toBe("1");
    expect(next.cookie).not.toBe(cookie);
    await Promise.all([one.close(), other.close()]);
  });
});

describe("a counter in a session, kept in Redis", () => {
  it("counts on after Redis was started anew", async () => {
    const counter = await startInstance("Redis");
    const { cookie } = await counter.visit("/count");
    await redis.stop();
    await redis.start();
    const look = async () => (await counter.visit("/look", cookie)).text;
    await expect.poll(look, { timeout: 5000, interval: 100 }).toBe("1");
    expect((await counter.visit("/count", cookie)).text).toBe("2");
    await counter.close();
  });
});
