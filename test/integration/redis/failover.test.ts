import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Browser } from "../../support/browser/browser.ts";
import { browser } from "../../support/browser/browser.ts";
import type { RedisFeatures, StartedRedis } from "../../support/containers/stores/redis.ts";
import { startRedisCluster } from "../../support/containers/stores/redis-cluster.ts";
import { startRedisSentinel } from "../../support/containers/stores/redis-sentinel.ts";
import {
  isServed,
  logIn,
  privateData,
  publicData,
  putData,
  read,
  redisSettings,
  secondsUntil,
} from "../../support/requests/outage.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** Redis as several nodes, of which a replica takes over when its master is gone. */
interface Redundant {
  readonly url: string;
  readonly certificates: { readonly ca: string };
  readonly nodes: readonly StartedRedis[];
  readonly settings: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const sentinel = async (): Promise<Redundant> => {
  const redis = await startRedisSentinel();
  const settings = {
    REDIS_SENTINELS: JSON.stringify(redis.sentinels.map(({ host, port }) => `${host}:${port}`)),
    REDIS_SENTINEL_MASTER: redis.masterName,
    REDIS_SENTINEL_PASSWORD: redis.sentinelPassword,
  };
  return { ...redis, settings };
};

const cluster = (features: RedisFeatures) => async (): Promise<Redundant> => {
  const redis = await startRedisCluster(features);
  const others = redis.nodes.slice(1).map(({ port }) => `127.0.0.1:${port}`);
  return { ...redis, settings: { REDIS_CLUSTER_NODES: JSON.stringify(others) } };
};

/** Whether the replicas have all that their masters had when this was asked. */
const isReplicated = async (nodes: readonly StartedRedis[]): Promise<boolean> => {
  const infos = await Promise.all(nodes.map((node) => node.cli("INFO", "replication")));
  const masters = infos.filter((info) => info.includes("role:master"));
  return masters.every((info) => {
    const written = Number(/master_repl_offset:(\d+)/.exec(info)?.[1]);
    // A replica tells how far it is once a second.
    const acknowledged = Number(/slave0:.*offset=(\d+)/.exec(info)?.[1]);
    return acknowledged >= written;
  });
};

/** People who read private and public things all the time, and some who log in. */
const startTraffic = (server: RunningServer, readers: readonly Browser[]) => {
  const statuses = { public: new Set<number>(), private: new Set<number>(), login: new Set<number>() };
  let going = true;
  const around = async (work: (turn: number) => Promise<void>) => {
    for (let turn = 0; going; turn++) {
      await work(turn);
      await pause(20);
    }
  };
  const readerOf = (turn: number): Browser => readers[turn % readers.length] ?? expect.unreachable();
  const running = Promise.all([
    around(async (turn) => void statuses.private.add((await read(readerOf(turn), privateData)).status)),
    around(async (turn) => void statuses.public.add((await read(readerOf(turn), publicData)).status)),
    around(async () => {
      const visitor = browser(server);
      statuses.login.add((await visitor.logIn()).status);
    }),
  ]);
  return {
    statuses,
    stop: async () => {
      going = false;
      await running;
    },
  };
};

const kinds = { Sentinel: sentinel, "a cluster": cluster("today"), "a cluster of 6.0": cluster("6.0") };
describe.each(Object.entries(kinds))("with Redis as %s", (_, start) => {
  let redis: Redundant;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: RunningServer;
  beforeAll(async () => {
    [redis, folder] = await Promise.all([start(), temporaryFolder()]);
    const environment = { ...(await redisSettings(folder.path, redis)), ...redis.settings };
    server = await startServer({ folder: folder.path, environment });
    await putData(server);
  });
  afterAll(async () => {
    await server.close();
    await redis.close();
    await folder.remove();
  });

  it("the server goes on by itself after a master died in the midst of traffic, and nobody is logged out", async () => {
    const people = await Promise.all(Array.from({ length: 12 }, (_, n) => logIn(server, `person-${n}`)));
    await secondsUntil(() => isReplicated(redis.nodes));
    const traffic = startTraffic(server, people);
    await pause(500);
    await redis.nodes[0]?.signal("SIGKILL");
    await pause(1500);
    const everybody = async () => (await Promise.all(people.map(isServed))).every(Boolean);
    await secondsUntil(everybody, 20);
    await traffic.stop();
    expect(
      server.events.filter((event) => event.event === "request-failed" && event.code === "fault"),
    ).toEqual([]);
    expect([...traffic.statuses.public]).toEqual([200]);
    expect([200, 503]).toEqual(expect.arrayContaining([...traffic.statuses.private]));
    expect([302, 503]).toEqual(expect.arrayContaining([...traffic.statuses.login]));
    expect(traffic.statuses.private).toContain(503);
    expect(await isServed(await logIn(server, "afterwards"))).toBe(true);
  });
});
