import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type { Seconds } from "../../domain/brand.ts";
import { NotConfigured, StoreDown } from "../../domain/failure.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import type { RedisAddress } from "./address.ts";
import { describeAddress, parseAddress } from "./address.ts";
import type { RedisClient, RedisTopology } from "./client.ts";
import { commandOf, openClient } from "./client.ts";
import { checkServer } from "./server-check.ts";
import { asStoreDown } from "./store-failure.ts";

export interface RedisOptions {
  /** `REDIS_URL`. */
  readonly url: string;
  /** PEM texts of the CAs to trust. Absent: certificates are not verified at all, as the seeds have it. */
  readonly ca?: string;
  /** The name to look for in certificates, where nodes are known by address only. */
  readonly certificateName?: string;
  /** Whether the URL's user is an ACL user; it is a placeholder otherwise. */
  readonly sendUsername?: boolean;
  readonly topology?: RedisTopology;
}

export type ScriptArgument = string | number;

/** A Lua script with one key: one round trip, one node of a cluster. */
export type Script = (key: string, ...args: readonly ScriptArgument[]) => Promise<unknown>;

export interface RedisConnection {
  /** Runs commands; throws StoreDown, within a second. */
  run<T>(work: (redis: RedisClient) => Promise<T>): Promise<T>;
  /** Teaches the connection a script; `name` has to be unlike every command's. */
  script(name: string, lua: string): Script;
  /** Seconds since it was made anew after it had been lost; Infinity: it never was. */
  steadyFor(): Seconds;
  close(): Promise<void>;
}

/** In milliseconds: for one operation with all its redirections and reconnections. */
const patience = 900;
const revivalDelay = 200;
const shortOutage = 300;

const within = <T>(work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const late = () => reject(new StoreDown({ cause: new Error("Redis did not answer in time.") }));
    // When it was this process that was held up, an answer may be there already that nobody has read yet.
    const timer = setTimeout(() => setImmediate(late), patience);
    work.then(
      (answer) => {
        clearTimeout(timer);
        resolve(answer);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(asStoreDown(error));
      },
    );
  });

/** One line when Redis goes away, not one for each attempt to find it again. */
const reportOutages = (client: RedisClient, address: RedisAddress, log: Log): void => {
  let known = false;
  client.on("error", (error: unknown) => {
    if (known) return;
    known = true;
    log.write({
      event: "background",
      what: `connection to ${describeAddress(address)}`,
      cause: asStoreDown(error).cause,
    });
  });
  client.on("ready", () => {
    known = false;
  });
};

/**
 * The library gives a connection up for good when Sentinel reports a failover while it is being opened. Nothing
 * but our own closing is to end it. Returns what stops the watch.
 */
const reviveWhenEnded = (client: RedisClient): (() => void) => {
  let timer: NodeJS.Timeout | undefined;
  const revive = () => {
    // What goes wrong is told by an "error" event, and another "end".
    timer = setTimeout(() => void client.connect().catch(() => undefined), revivalDelay);
  };
  client.on("end", revive);
  return () => {
    client.off("end", revive);
    clearTimeout(timer);
  };
};

/**
 * A connection that was lost a moment ago is waited for: one is made anew whenever a write was refused as
 * READONLY, and reading is to go on meanwhile. In longer outages everything fails at once.
 */
const shortOutages = () => {
  let lost: number | undefined;
  let found = Number.NEGATIVE_INFINITY;
  return {
    begin: () => {
      lost ??= performance.now();
    },
    end: () => {
      if (lost !== undefined) found = performance.now();
      lost = undefined;
    },
    steadyFor: (): Seconds => (lost === undefined ? (performance.now() - found) / 1000 : 0),
    isOver: () => lost === undefined,
    over: async (): Promise<void> => {
      // One that comes and goes is lost anew each time: what was told as failed must not be sent much later.
      const latest = performance.now() + shortOutage;
      while (lost !== undefined && performance.now() < Math.min(latest, lost + shortOutage)) await sleep(10);
    },
  };
};

/**
 * Whether a connection is in the database that was asked for: the library goes on in database 0 when SELECT is refused,
 * and only says so in an "error" event, before it is ready.
 */
const watchSelect = (client: RedisClient): (() => Error | undefined) => {
  let refused: Error | undefined;
  client.on("connect", () => {
    refused = undefined;
  });
  client.on("error", (error: Error) => {
    if (commandOf(error) === "select") refused = error;
  });
  client.on("ready", () => {
    if (refused && client instanceof Redis) client.disconnect(true);
  });
  return () => refused;
};

/** @throws NotConfigured */
const requireDatabase = (refused: Error | undefined, { database }: RedisAddress): void => {
  if (!refused) return;
  throw new NotConfigured(
    `REDIS_URL: Redis refuses the database ${database} (${refused.message}). Name one that it has, or leave it out.`,
  );
};

/** Closing asks politely first, so that what was begun is done. */
const closeClient = async (client: RedisClient): Promise<void> => {
  try {
    await within(client.quit());
  } catch (error) {
    // Redis is away: there is nobody to say goodbye to.
    if (!(error instanceof StoreDown)) throw error;
  } finally {
    client.disconnect();
  }
};

/**
 * Opens a connection that everything of this process shares, and returns when the server answers and is fit
 * for a database of sessions.
 * @throws NotConfigured when it is not fit, StoreDown when it does not answer.
 */
export const connectRedis = async (options: RedisOptions, log: Log): Promise<RedisConnection> => {
  const address = parseAddress(options.url);
  const outages = shortOutages();
  const client = openClient({ ...options, address, onReconnect: outages.begin });
  client.on("close", outages.begin);
  client.on("ready", outages.end);
  reportOutages(client, address, log);
  const refusedSelect = watchSelect(client);
  const stopReviving = reviveWhenEnded(client);
  try {
    await checkServer(client, () => requireDatabase(refusedSelect(), address));
  } catch (error) {
    stopReviving();
    client.disconnect();
    throw asStoreDown(error);
  }
  const run = <T>(work: (client: RedisClient) => Promise<T>): Promise<T> => {
    const refused = refusedSelect();
    if (refused) return Promise.reject(asStoreDown(refused));
    return within(outages.isOver() ? work(client) : outages.over().then(() => work(client)));
  };
  return {
    run,
    script: (name, lua) => {
      client.defineCommand(name, { numberOfKeys: 1, lua });
      return (key, ...args) => run(() => Reflect.get(client, name).call(client, key, ...args));
    },
    steadyFor: outages.steadyFor,
    close: () => {
      stopReviving();
      return closeClient(client);
    },
  };
};
