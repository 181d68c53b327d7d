import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type { Seconds } from "../../domain/brand.ts";
import { NotConfigured, StoreDown } from "../../domain/failure.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import type { RedisAddress } from "./address.ts";
import { describeAddress, parseAddress } from "./address.ts";
import type { RedisClient, RedisTopology } from "./client.ts";
import { commandName, createClient } from "./client.ts";
import { checkServer } from "./server-check.ts";
import { asStoreDown } from "./store-failure.ts";

export interface RedisOptions {
  /** `REDIS_URL`. */
  readonly url: string;
  /** The trusted CAs, PEM. Absent: certificates are not verified (sessions-and-authentication.md section 12). */
  readonly ca?: string;
  /** The name that certificates have to be for, where nodes are known by address only. */
  readonly certificateName?: string;
  /** Whether the URL's user name is an ACL user's; otherwise it is a placeholder and not sent. */
  readonly sendUsername?: boolean;
  readonly topology?: RedisTopology;
}

export type ScriptArgument = string | number;

/** A Lua script with one key, and so on one node of a cluster; one round trip. */
export type Script = (key: string, ...args: readonly ScriptArgument[]) => Promise<unknown>;

export interface RedisConnection {
  /** Runs commands, and rejects with StoreDown if they take a second. */
  run<T>(work: (redis: RedisClient) => Promise<T>): Promise<T>;
  /** Defines a script as a command; `name` must not be that of a Redis command. */
  script(name: string, lua: string): Script;
  /** Infinity if the connection has never been lost, 0 while it is. */
  timeSinceReconnect(): Seconds;
  close(): Promise<void>;
}

/** In milliseconds: for one operation, with its redirections and reconnections. */
const operationTimeout = 900;
/** In milliseconds. */
const reconnectDelay = 200;
/** In milliseconds: how long an operation waits for a connection that was lost. */
const reconnectTimeout = 300;

const withTimeout = <T>(work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const onTimeout = () => reject(new StoreDown({ cause: new Error("Redis did not answer in time.") }));
    // After a blocked event loop the reply may have arrived unread: setImmediate lets it be read first.
    const timer = setTimeout(() => setImmediate(onTimeout), operationTimeout);
    work.then(
      (result) => {
        clearTimeout(timer);
        resolve(result);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(asStoreDown(error));
      },
    );
  });

/** Logs one line for each outage, and not one for each attempt to reconnect. */
const logOutages = (client: RedisClient, address: RedisAddress, log: Log): void => {
  let isLogged = false;
  client.on("error", (error: unknown) => {
    if (isLogged) return;
    isLogged = true;
    log.write({
      event: "background",
      what: `connection to ${describeAddress(address)}`,
      cause: asStoreDown(error).cause,
    });
  });
  client.on("ready", () => {
    isLogged = false;
  });
};

/**
 * Connects again after "end": ioredis stops reconnecting when Sentinel reports a failover while a connection is being
 * opened. Returns a function that stops this.
 */
const reconnectAfterEnd = (client: RedisClient): (() => void) => {
  let timer: NodeJS.Timeout | undefined;
  const reconnect = () => {
    // A failure is reported by an "error" event, and followed by another "end".
    timer = setTimeout(() => void client.connect().catch(() => undefined), reconnectDelay);
  };
  client.on("end", reconnect);
  return () => {
    client.off("end", reconnect);
    clearTimeout(timer);
  };
};

/**
 * Tracks whether the connection is lost. Operations wait shortly for a reconnection, since the client also reconnects
 * when a write is rejected as READONLY, which must not make reads fail. In longer outages they fail at once.
 */
const connectionState = () => {
  let lostAt: number | undefined;
  let reconnectedAt = Number.NEGATIVE_INFINITY;
  return {
    onLost: () => {
      lostAt ??= performance.now();
    },
    onReady: () => {
      if (lostAt !== undefined) reconnectedAt = performance.now();
      lostAt = undefined;
    },
    timeSinceReconnect: (): Seconds =>
      lostAt === undefined ? (performance.now() - reconnectedAt) / 1000 : 0,
    isLost: () => lostAt !== undefined,
    waitForReconnect: async (): Promise<void> => {
      // A flapping connection sets `lostAt` again and again; an operation must not be sent after its timeout.
      const deadline = performance.now() + reconnectTimeout;
      while (lostAt !== undefined && performance.now() < Math.min(deadline, lostAt + reconnectTimeout)) {
        await sleep(10);
      }
    },
  };
};

/**
 * Returns the error of the connection's SELECT, if it was rejected: ioredis then only emits an "error" event before
 * "ready", and uses database 0.
 */
const trackSelectError = (client: RedisClient): (() => Error | undefined) => {
  let selectError: Error | undefined;
  client.on("connect", () => {
    selectError = undefined;
  });
  client.on("error", (error: Error) => {
    if (commandName(error) === "select") selectError = error;
  });
  client.on("ready", () => {
    if (selectError && client instanceof Redis) client.disconnect(true);
  });
  return () => selectError;
};

/** @throws NotConfigured */
const requireDatabase = (selectError: Error | undefined, { database }: RedisAddress): void => {
  if (!selectError) return;
  throw new NotConfigured(
    `REDIS_URL: Redis refuses the database ${database} (${selectError.message}). Name one that it has, or leave it out.`,
  );
};

/** Sends QUIT, so that pending commands are completed, before it disconnects. */
const closeClient = async (client: RedisClient): Promise<void> => {
  try {
    await withTimeout(client.quit());
  } catch (error) {
    // Redis is down, and there is nothing to complete.
    if (!(error instanceof StoreDown)) throw error;
  } finally {
    client.disconnect();
  }
};

/**
 * Opens the connection that the whole process shares, and resolves when the server answers and is suitable for
 * sessions.
 * @throws NotConfigured when it is not suitable, StoreDown when it does not answer.
 */
export const connectRedis = async (options: RedisOptions, log: Log): Promise<RedisConnection> => {
  const address = parseAddress(options.url);
  const state = connectionState();
  const client = createClient({ ...options, address, onReconnect: state.onLost });
  client.on("close", state.onLost);
  client.on("ready", state.onReady);
  logOutages(client, address, log);
  const selectError = trackSelectError(client);
  const stopReconnecting = reconnectAfterEnd(client);
  try {
    await checkServer(client, () => requireDatabase(selectError(), address));
  } catch (error) {
    stopReconnecting();
    client.disconnect();
    throw asStoreDown(error);
  }
  const run = <T>(work: (client: RedisClient) => Promise<T>): Promise<T> => {
    const error = selectError();
    if (error) return Promise.reject(asStoreDown(error));
    return withTimeout(state.isLost() ? state.waitForReconnect().then(() => work(client)) : work(client));
  };
  return {
    run,
    script: (name, lua) => {
      client.defineCommand(name, { numberOfKeys: 1, lua });
      return (key, ...args) => run(() => Reflect.get(client, name).call(client, key, ...args));
    },
    timeSinceReconnect: state.timeSinceReconnect,
    close: () => {
      stopReconnecting();
      return closeClient(client);
    },
  };
};
