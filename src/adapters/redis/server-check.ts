import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { Cluster } from "ioredis";
import { NotConfigured } from "../../domain/failure.ts";
import type { RedisClient } from "./client.ts";

const wantedPolicy = "volatile-ttl";
const oldestVersion = 6;

/** In milliseconds. A Redis that loads a large file at its own start is waited for a little. */
const patience = 10_000;

const field = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];

/**
 * `INFO` and not `CONFIG GET`, which managed services switch off.
 * @throws NotConfigured
 */
export const checkInfo = (info: string): void => {
  const version = field(info, "redis_version") ?? "";
  if (!(Number.parseInt(version, 10) >= oldestVersion)) {
    throw new NotConfigured(
      `Redis has to be version ${oldestVersion} or newer; this one is ${version || "unknown"}.`,
    );
  }
  const policy = field(info, "maxmemory_policy");
  if (policy !== wantedPolicy) {
    throw new NotConfigured(
      `Redis has to have maxmemory-policy ${wantedPolicy}, so that the least active sessions go first when memory is full; it has ${policy ?? "none that it tells"}.`,
    );
  }
};

/** Waits for the first connection; what hindered it last is told when there is none. */
const untilReady = async (client: RedisClient, end: number, checkConnection: () => void): Promise<void> => {
  let hindrance: unknown = new Error("Redis did not become ready.");
  const remember = (error: unknown) => {
    hindrance = error;
  };
  client.on("error", remember);
  try {
    while (client.status !== "ready") {
      checkConnection();
      if (performance.now() > end) throw hindrance;
      await sleep(20);
    }
  } finally {
    client.off("error", remember);
  }
};

const checkMasters = async (client: RedisClient): Promise<void> => {
  const masters: Redis[] = client instanceof Cluster ? client.nodes("master") : [client];
  for (const master of masters) {
    checkInfo(`${await master.info("server")}\r\n${await master.info("memory")}`);
  }
};

/**
 * Waits for the server and looks whether it is fit for sessions; in a cluster, every master.
 * @param checkConnection Throws NotConfigured when the connection is not the one that was asked for.
 */
export const checkServer = async (client: RedisClient, checkConnection: () => void): Promise<void> => {
  const end = performance.now() + patience;
  await untilReady(client, end, checkConnection);
  for (;;) {
    try {
      checkConnection();
      return await checkMasters(client);
    } catch (error) {
      // The limits are those of requests; a start on a busy machine may take its time.
      if (error instanceof NotConfigured || performance.now() > end) throw error;
      await sleep(100);
    }
  }
};
