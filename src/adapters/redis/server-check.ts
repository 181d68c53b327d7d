import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { Cluster } from "ioredis";
import { NotConfigured } from "../../domain/failure.ts";
import type { RedisClient } from "./client.ts";

const requiredPolicy = "volatile-ttl";
const minVersion = 6;

/** In milliseconds. Redis answers LOADING while it reads its data at its own start. */
const startTimeout = 10_000;

const infoField = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];

/**
 * Checks version and eviction policy in an INFO reply: managed services disable CONFIG GET.
 * @throws NotConfigured
 */
export const checkInfo = (info: string): void => {
  const version = infoField(info, "redis_version") ?? "";
  if (!(Number.parseInt(version, 10) >= minVersion)) {
    throw new NotConfigured(
      `Redis has to be version ${minVersion} or newer; this one is ${version || "unknown"}.`,
    );
  }
  const policy = infoField(info, "maxmemory_policy");
  if (policy !== requiredPolicy) {
    throw new NotConfigured(
      `Redis has to have maxmemory-policy ${requiredPolicy}, so that the least active sessions go first when memory is full; it has ${policy ?? "none that it tells"}.`,
    );
  }
};

/** Waits for the first connection. Throws the last connection error when the deadline has passed. */
const waitUntilReady = async (
  client: RedisClient,
  deadline: number,
  checkConnection: () => void,
): Promise<void> => {
  let lastError: unknown = new Error("Redis did not become ready.");
  const onError = (error: unknown) => {
    lastError = error;
  };
  client.on("error", onError);
  try {
    while (client.status !== "ready") {
      checkConnection();
      if (performance.now() > deadline) throw lastError;
      await sleep(20);
    }
  } finally {
    client.off("error", onError);
  }
};

const checkMasters = async (client: RedisClient): Promise<void> => {
  const masters: Redis[] = client instanceof Cluster ? client.nodes("master") : [client];
  for (const master of masters) {
    checkInfo(`${await master.info("server")}\r\n${await master.info("memory")}`);
  }
};

/**
 * Waits for the server, and checks whether it is suitable for sessions; in a cluster, each master.
 * @param checkConnection Throws NotConfigured when Redis has rejected the configured database.
 */
export const checkServer = async (client: RedisClient, checkConnection: () => void): Promise<void> => {
  const deadline = performance.now() + startTimeout;
  await waitUntilReady(client, deadline, checkConnection);
  for (;;) {
    try {
      checkConnection();
      return await checkMasters(client);
    } catch (error) {
      // Retried, since the client's short timeouts are those of requests, and a start may take longer.
      if (error instanceof NotConfigured || performance.now() > deadline) throw error;
      await sleep(100);
    }
  }
};
