import { randomBytes } from "node:crypto";
import { Cluster } from "ioredis";
import { LRUCache } from "lru-cache";
import type { Seconds } from "../../domain/brand.ts";
import type { Revision, SessionId, StoredSession } from "../../domain/sessions/session.ts";
import { parseSession, parseSessionId } from "../../domain/sessions/session.ts";
import type { ListedSession, SessionStore } from "../../ports/driven/sessions/session-store.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import type { RedisConnection } from "./connection.ts";
import { errorCode } from "./store-failure.ts";

/**
 * A record is its revision followed by the session as JSON, so that scripts compare a prefix and need not parse. Each
 * write has a new random revision, even if the content is the same.
 */
const revisionLength = 22;
const recordPattern = /^[A-Za-z0-9_-]{22}\{/;

const newRevision = (): Revision => randomBytes(16).toString("base64url") as Revision;

const prefix = "nextstrain.org-session:";

const keyOf = (id: SessionId): string => prefix + id;

/** Undefined for any other value, which is damaged or another program's. */
const parseRecord = (record: unknown): StoredSession | undefined => {
  if (typeof record !== "string" || !recordPattern.test(record)) return undefined;
  const session = parseSession(record.slice(revisionLength));
  return session && { revision: record.slice(0, revisionLength) as Revision, session };
};

const cacheTtlMs = 300_000;

/** The number of damaged records that are remembered as reported. */
const maxReported = 1000;

/** Logs each record that cannot be parsed once; its owner has to log in again, as without a session. */
const damagedRecordReporter = (log: Log) => {
  const reported = new LRUCache<SessionId, true>({ max: maxReported, ttl: cacheTtlMs });
  return (id: SessionId): void => {
    if (reported.has(id)) return;
    reported.set(id, true);
    log.write({
      event: "background",
      what: "reading a session",
      cause: "its record has another shape",
    });
  };
};

/** Sessions, of some 10 kB each with what is memoized for them. */
const maxCached = 1000;

/**
 * Parses records, and returns the same object for the same text, so that results can be memoized by it. With the
 * opened tokens that are memoized in this way it saves 38 µs a request (`npm run bench caches`).
 */
const cachingParser = (log: Log) => {
  const reportDamaged = damagedRecordReporter(log);
  const cache = new LRUCache<SessionId, { readonly record: string; readonly stored: StoredSession }>({
    max: maxCached,
    ttl: cacheTtlMs,
    ttlAutopurge: true,
  });
  return (id: SessionId, record: unknown): StoredSession | undefined => {
    const cached = cache.get(id);
    if (cached && cached.record === record) return cached.stored;
    const stored = parseRecord(record);
    if (stored && typeof record === "string") cache.set(id, { record, stored });
    else cache.delete(id);
    if (!stored && typeof record === "string") reportDamaged(id);
    return stored;
  };
};

/** SCAN's COUNT: the number of keys that Redis looks at in one call, which blocks it for as long. */
const scanCount = 200;

/** The keys of all sessions, in one array for each SCAN; in a cluster, of each master. */
async function* sessionKeys(connection: RedisConnection): AsyncGenerator<string[]> {
  const masters = await connection.run(async (redis) =>
    redis instanceof Cluster ? redis.nodes("master") : [redis],
  );
  for (const master of masters) {
    let cursor = "0";
    do {
      const [next, keys] = await connection.run(() =>
        master.scan(cursor, "MATCH", `${prefix}*`, "COUNT", scanCount),
      );
      yield keys;
      cursor = next;
    } while (cursor !== "0");
  }
}

async function* allSessions(connection: RedisConnection): AsyncGenerator<ListedSession> {
  for await (const keys of sessionKeys(connection)) {
    // These are single GETs, since MGET fails in a cluster for keys in different slots.
    const records = await connection.run((redis) => Promise.all(keys.map((key) => redis.get(key))));
    for (const [index, key] of keys.entries()) {
      const stored = parseRecord(records[index]);
      const id = parseSessionId(key.slice(prefix.length));
      if (id !== undefined && stored !== undefined) yield { id, session: stored.session };
    }
  }
}

const toMilliseconds = (seconds: Seconds): number => Math.max(1, Math.ceil(seconds * 1000));

/**
 * A substitute for GETEX, which Redis has since version 6.2. Where only writes are rejected (on a replica after a
 * failover, or on a full disk), it still reads the session, whose expiry then stays as it was.
 */
const loadScript = `
local record = redis.call('GET', KEYS[1])
if not record then return false end
local extended = redis.pcall('PEXPIRE', KEYS[1], ARGV[1])
if type(extended) == 'table' and extended.err then
  local code = string.match(extended.err, '^-?(%u+)')
  if code ~= 'READONLY' and code ~= 'MISCONF' and code ~= 'NOREPLICAS' and code ~= 'OOM' then return extended end
end
return record`;

/** Reads a record and extends its expiry, in one round trip. */
const readAndTouch = (connection: RedisConnection) => {
  const load = connection.script("loadSession", loadScript);
  let hasGetex = true;
  return (key: string, idleTimeout: Seconds): Promise<unknown> => {
    if (!hasGetex) return load(key, toMilliseconds(idleTimeout));
    return connection.run((redis) =>
      redis.getex(key, "PX", toMilliseconds(idleTimeout)).catch((error: unknown) => {
        const code = errorCode(error);
        if (code === undefined) throw error;
        if (code === "ERR" || code === "NOPERM") hasGetex = false;
        return load(key, toMilliseconds(idleTimeout));
      }),
    );
  };
};

/**
 * A cluster's client sends a command again when its node has died. The retry finds the record that the first attempt
 * has written, recognizes it by its revision, and succeeds.
 */
const createScript = `
if redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') then return 1 end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0`;

const replaceScript = `
local record = redis.call('GET', KEYS[1])
if not record then return 'gone' end
if string.sub(record, 1, #ARGV[1]) == string.sub(ARGV[2], 1, #ARGV[1]) then return 'replaced' end
if string.sub(record, 1, #ARGV[1]) ~= ARGV[1] then return 'changed' end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 'replaced'`;

/** A substitute for GETDEL, which Redis has since version 6.2. A cluster's client that retries it gets none. */
const removeScript = `
local record = redis.call('GET', KEYS[1])
if record then redis.call('DEL', KEYS[1]) end
return record`;

/** Stores each session under one key with an expiry (sessions-and-authentication.md section 4). */
export const redisSessionStore = (connection: RedisConnection, log: Log): SessionStore => {
  const read = readAndTouch(connection);
  const parse = cachingParser(log);
  const create = connection.script("createSession", createScript);
  const replace = connection.script("replaceSession", replaceScript);
  const remove = connection.script("removeSession", removeScript);
  return {
    load: (id, idleTimeout) => read(keyOf(id), idleTimeout).then((record) => parse(id, record)),

    peek: async (id) => parseRecord(await connection.run((redis) => redis.get(keyOf(id)))),

    create: async (id, session, idleTimeout) => {
      const revision = newRevision();
      const record = revision + JSON.stringify(session);
      const created = await create(keyOf(id), record, toMilliseconds(idleTimeout));
      if (created !== 1) throw new Error("A session of this id is there already.");
      return revision;
    },

    replace: async (id, session, expected, idleTimeout) => {
      const revision = newRevision();
      const record = revision + JSON.stringify(session);
      const outcome = await replace(keyOf(id), expected, record, toMilliseconds(idleTimeout));
      return outcome === "replaced"
        ? { outcome, revision }
        : { outcome: outcome === "gone" ? "gone" : "changed" };
    },

    remove: async (id) => parseRecord(await remove(keyOf(id)))?.session,

    all: () => allSessions(connection),

    ready: async () => {
      // EXISTS has a key, which a cluster's client needs to choose a node; PING has none.
      await connection.run((redis) => redis.exists(prefix));
    },
  };
};
