import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RedisConnection, RedisOptions } from "../../../src/adapters/redis/connection.ts";
import { connectRedis } from "../../../src/adapters/redis/connection.ts";
import { redisNotBeforeMarks } from "../../../src/adapters/redis/not-before-marks.ts";
import { redisSessionStore } from "../../../src/adapters/redis/session-store.ts";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import { NotConfigured, StoreDown } from "../../../src/domain/failure.ts";
import type { Username } from "../../../src/domain/identity/user.ts";
import type { SessionId } from "../../../src/domain/sessions/session.ts";
import type { SessionStore } from "../../../src/ports/driven/sessions/session-store.ts";
import { makeCertificates } from "../../support/containers/certificates.ts";
import { freePort } from "../../support/containers/free-port.ts";
import type { StartedRedis } from "../../support/containers/stores/redis.ts";
import { cliArguments, startRedis } from "../../support/containers/stores/redis.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";

const idle = 1000;
const newId = () => randomBytes(24).toString("base64url") as SessionId;

const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

/** How long it takes until the work succeeds. */
const secondsUntil = (work: () => Promise<unknown>): Promise<number> =>
  secondsOf(async () => {
    const end = performance.now() + 15_000;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (performance.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  });

const expectDown = async (work: () => Promise<unknown>): Promise<void> => {
  const seconds = await secondsOf(() => expect(work()).rejects.toBeInstanceOf(StoreDown));
  expect(seconds).toBeLessThan(1);
};

describe.each([
  ["Redis", "today"],
  ["a Redis of 6.0", "6.0"],
] as const)("the adapter on %s", (_, features) => {
  let redis: StartedRedis;
  let connection: RedisConnection;
  let sessions: SessionStore;
  const log = recordingLog();
  const id = newId();

  beforeAll(async () => {
    // Slow to load, so that a restart is long in LOADING; half of the keys are there for that alone.
    redis = await startRedis({
      features,
      settings: ["key-load-delay 4000", "loading-process-events-interval-bytes 1024"],
    });
    connection = await connectRedis({ url: redis.url, ca: redis.certificates.ca }, log);
    sessions = redisSessionStore(connection, recordingLog());
    await sessions.create(id, { count: 1 }, idle);
  }, 120_000);
  afterAll(async () => {
    await connection.close();
    await redis.close();
  });

  /** Everything as it should be, within two seconds, with the session as it was. */
  const expectRecovery = async () => {
    expect(await secondsUntil(() => sessions.load(id, idle))).toBeLessThan(2);
    expect(await sessions.load(id, idle)).toMatchObject({ session: { count: 1 } });
    const other = newId();
    await sessions.create(other, {}, idle);
    await sessions.remove(other);
  };

  it("throws StoreDown at once while Redis is stopped, and recovers", async () => {
    await redis.stop();
    await expectDown(() => sessions.load(id, idle));
    await expectDown(() => sessions.create(newId(), {}, idle));
    await expectDown(() => sessions.ready());
    await redis.start();
    await expectRecovery();
  });

  it("throws StoreDown within a second while Redis hangs, and recovers", async () => {
    await redis.pause();
    await expectDown(() => sessions.load(id, idle));
    await Promise.all(Array.from({ length: 20 }, () => expectDown(() => sessions.load(id, idle))));
    await redis.unpause();
    await expectRecovery();
  });

  it("accepts a reply that arrived while the event loop was blocked", async () => {
    await sessions.load(id, idle);
    const loading = sessions.load(id, idle);
    // The command is on its way, and the answer has not been read.
    await new Promise((resolve) => setImmediate(resolve));
    const end = performance.now() + 1200;
    while (performance.now() < end);
    expect(await loading).toMatchObject({ session: { count: 1 } });
  });

  it("recovers from a long hang", async () => {
    await redis.pause();
    for (let n = 0; n < 8; n++) await expectDown(() => sessions.load(id, idle));
    await redis.unpause();
    await expectRecovery();
  });

  it("throws StoreDown while Redis loads its data", async () => {
    await connection
      .run(async (client) => {
        for (let n = 0; n < 500; n++) await client.set(`filler:${n}`, "x".repeat(2000), "EX", 100);
      })
      .catch((error: unknown) => {
        // The connection's own limit may end the loop; enough was written then.
        expect(error).toBeInstanceOf(StoreDown);
      });
    await redis.stop();
    await redis.start();
    expect(await redis.cli("INFO", "persistence")).toContain("loading:1");
    await expectDown(() => sessions.load(id, idle));
    expect(
      await secondsUntil(async () => {
        if ((await redis.cli("INFO", "persistence")).includes("loading:1")) throw new Error("still loading");
      }),
    ).toBeLessThan(10);
    await expectRecovery();
  });

  it("throws StoreDown while Redis has another password, and recovers", async () => {
    await redis.cli("CONFIG", "SET", "requirepass", "another");
    await redis.exec([...cliArguments(redis.port, "another"), "CLIENT", "KILL", "TYPE", "normal"]);
    await expectDown(() => sessions.load(id, idle));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await expectDown(() => sessions.load(id, idle));
    await redis.exec([
      ...cliArguments(redis.port, "another"),
      "CONFIG",
      "SET",
      "requirepass",
      redis.password,
    ]);
    await expectRecovery();
  });

  it("goes on reading while Redis is a read-only replica", async () => {
    const { revision } = (await sessions.load(id, idle)) ?? expect.unreachable();
    await redis.cli("REPLICAOF", "127.0.0.1", String(await freePort()));
    expect(await sessions.load(id, idle)).toMatchObject({ revision });
    await expectDown(() => sessions.replace(id, { count: 2 }, revision, idle));
    expect(await secondsUntil(() => sessions.load(id, idle))).toBeLessThan(1);
    await redis.cli("REPLICAOF", "NO", "ONE");
    await expectRecovery();
  });

  it("goes on reading while Redis is out of memory", async () => {
    const { revision } = (await sessions.load(id, idle)) ?? expect.unreachable();
    await redis.cli("CONFIG", "SET", "maxmemory-policy", "noeviction");
    await redis.cli("CONFIG", "SET", "maxmemory", "100kb");
    expect(await sessions.load(id, idle)).toMatchObject({ revision });
    await expectDown(() => sessions.replace(id, { count: 2 }, revision, idle));
    await redis.cli("CONFIG", "SET", "maxmemory", "0");
    await expectRecovery();
  });

  it("recovers when Redis has lost its scripts", async () => {
    await Promise.all([sessions.load(id, idle), sessions.load(id, idle)]);
    await redis.cli("SCRIPT", "FLUSH");
    const found = await Promise.all([
      sessions.load(id, idle),
      sessions.load(id, idle),
      sessions.load(id, idle),
    ]);
    expect(found.map((one) => one?.session.count)).toEqual([1, 1, 1]);
  });

  it("sends the commands of one tick in one round trip", async () => {
    await sessions.load(id, idle);
    const readsBefore = Number(/total_reads_processed:(\d+)/.exec(await redis.cli("INFO", "stats"))?.[1]);
    await Promise.all(Array.from({ length: 50 }, () => sessions.load(id, idle)));
    const readsAfter = Number(/total_reads_processed:(\d+)/.exec(await redis.cli("INFO", "stats"))?.[1]);
    // The two redis-cli connections read, too.
    expect(readsAfter - readsBefore).toBeLessThan(20);
  });

  it("reconnects even when ioredis has stopped doing so", async () => {
    await connection.run(async (client) => client.disconnect());
    await expectDown(() => sessions.load(id, idle));
    await expectRecovery();
  });

  it.each(['{"cookie":{"path":"/"}}', `${"r".repeat(22)}{"cut":`, "", "null"])(
    "finds no session in the foreign record %j",
    async (record) => {
      const other = newId();
      await redis.cli("SET", `nextstrain.org-session:${other}`, record, "EX", "100");
      expect(await sessions.load(other, idle)).toBeUndefined();
    },
  );

  it("logs each outage, without secrets", () => {
    expect(log.events.length).toBeGreaterThan(2);
    expect(log.events.length).toBeLessThan(20);
    expect(inspect(log.events, { depth: 10, showHidden: true })).not.toContain(redis.password);
  });
});

describe("connecting to Redis", () => {
  let redis: StartedRedis;
  beforeAll(async () => {
    redis = await startRedis({ user: "app" });
  }, 120_000);
  afterAll(() => redis.close());

  const tryToConnect = async (options: Partial<RedisOptions>): Promise<string> => {
    const log = recordingLog();
    const connection = await connectRedis({ url: redis.url, ca: redis.certificates.ca, ...options }, log);
    try {
      return String(await connection.run((client) => client.call("ACL", "WHOAMI")));
    } finally {
      await connection.close();
    }
  };

  it("does not send the placeholder in the URL as a user", async () => {
    expect(await tryToConnect({})).toBe("default");
  });

  it("sends the user if configured", async () => {
    expect(await tryToConnect({ url: redis.url.replace("//u:", "//app:"), sendUsername: true })).toBe("app");
  });

  it("uses TLS for a redis: address, on the next port", async () => {
    const url = redis.url.replace("rediss:", "redis:").replace(String(redis.port), String(redis.port - 1));
    expect(await tryToConnect({ url })).toBe("default");
  });

  it("accepts any certificate without a configured CA", async () => {
    const connection = await connectRedis({ url: redis.url }, recordingLog());
    await connection.close();
  });

  it("uses the database that the URL names", async () => {
    const connection = await connectRedis({ url: `${redis.url}/3` }, recordingLog());
    await connection.run((client) => client.set("here", "yes"));
    await connection.close();
    expect(await redis.cli("-n", "3", "GET", "here")).toContain("yes");
  });

  it("rejects a certificate of another CA", async () => {
    const { ca } = await makeCertificates();
    await expect(tryToConnect({ ca })).rejects.toBeInstanceOf(StoreDown);
  }, 20_000);

  it("rejects a server with another eviction policy", async () => {
    await redis.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    await expect(tryToConnect({})).rejects.toBeInstanceOf(NotConfigured);
    await redis.cli("CONFIG", "SET", "maxmemory-policy", "volatile-ttl");
  });

  it("ensures that sessions are evicted before not-before marks", async () => {
    const connection = await connectRedis({ url: redis.url }, recordingLog());
    const sessions = redisSessionStore(connection, recordingLog());
    const marks = redisNotBeforeMarks(connection, systemClock(), { lifetime: 2 * idle });
    const users = Array.from({ length: 50 }, (_, n) => `user ${n}` as Username);
    for (const user of users) await marks.mark(user, 1000);
    await redis.cli("CONFIG", "SET", "maxmemory", "8mb");
    for (let n = 0; n < 40; n++) {
      const some = Array.from({ length: 100 }, () =>
        sessions.create(newId(), { text: "x".repeat(3000) }, idle),
      );
      await Promise.all(some);
    }
    expect(Number(/evicted_keys:(\d+)/.exec(await redis.cli("INFO", "stats"))?.[1])).toBeGreaterThan(500);
    for (const user of users) expect(await marks.find(user)).toBe(1000);
    await connection.close();
  }, 30_000);
});
