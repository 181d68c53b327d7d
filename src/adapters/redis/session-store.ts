import { randomBytes } from "node:crypto";
import { Cluster } from "ioredis";
import { LRUCache } from "lru-cache";
import type { Seconds } from "../../domain/brand.ts";
import type { Revision, SessionId, StoredSession } from "../../domain/sessions/session.ts";
import { parseSession, parseSessionId } from "../../domain/sessions/session.ts";
import type { ListedSession, SessionStore } from "../../ports/driven/sessions/session-store.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import type { RedisConnection } from "./connection.ts";
import { replyCode } from "./store-failure.ts";

/**
 * A record is its revision and, right behind it, the session as JSON: the scripts compare the first bytes and
 * never parse. A new revision is drawn for each write, so that equal content does not mean equal revisions.
 */
const revisionLength = 22;
const recordForm = /^[A-Za-z0-9_-]{22}\{/;

const newRevision = (): Revision => randomBytes(16).toString("base64url") as Revision;

const prefix = "nextstrain.org-session:";

const keyOf = (id: SessionId): string => prefix + id;

/** Anything else under our key is another program's, whose sessions mean nothing here: as good as none. */
const parseRecord = (record: unknown): StoredSession | undefined => {
  if (typeof record !== "string" || !recordForm.test(record)) return undefined;
  const session = parseSession(record.slice(revisionLength));
  return session && { revision: record.slice(0, revisionLength) as Revision, session };
};

const readLifetimeMs = 300_000;

/** Of how many records it is remembered that the operator was told of them. */
const maxTold = 1000;

/** Tells once of each record that cannot be read: its owner logs in again, as if there were none. */
const tellDamaged = (log: Log) => {
  const told = new LRUCache<SessionId, true>({ max: maxTold, ttl: readLifetimeMs });
  return (id: SessionId): void => {
    if (told.has(id)) return;
    told.set(id, true);
    log.write({
      event: "background",
      what: "reading a session",
      cause: "its record has another shape",
    });
  };
};

/** Some 10 kB each, what has been worked out of them included. */
const maxRead = 1000;

/**
 * Parses a record that is read over and over once in a while only: as long as the text is the same, so is the
 * session, and whoever works something out of it may remember that by it. With the tokens that are opened for it
 * this saves 38 µs a request (`npm run bench caches`).
 */
const rememberingParser = (log: Log) => {
  const tell = tellDamaged(log);
  const read = new LRUCache<SessionId, { readonly record: string; readonly stored: StoredSession }>({
    max: maxRead,
    ttl: readLifetimeMs,
    ttlAutopurge: true,
  });
  return (id: SessionId, record: unknown): StoredSession | undefined => {
    const kept = read.get(id);
    if (kept && kept.record === record) return kept.stored;
    const stored = parseRecord(record);
    if (stored && typeof record === "string") read.set(id, { record, stored });
    else read.delete(id);
    if (!stored && typeof record === "string") tell(id);
    return stored;
  };
};

/** How many keys Redis looks at for one answer, while it does nothing else. */
const scanCount = 200;

/** The keys of all sessions, answer by answer; in a cluster, those of every master. */
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
    // One GET for each, not MGET: in a cluster, keys lie in different slots.
    const records = await connection.run((redis) => Promise.all(keys.map((key) => redis.get(key))));
    for (const [index, key] of keys.entries()) {
      const found = parseRecord(records[index]);
      const id = parseSessionId(key.slice(prefix.length));
      if (id !== undefined && found !== undefined) yield { id, session: found.session };
    }
  }
}

const milliseconds = (seconds: Seconds): number => Math.max(1, Math.ceil(seconds * 1000));

/**
 * What GETEX does, where that cannot be had: it came with Redis 6.2. And where only writing is refused (a
 * replica after a failover, a disk that is full), the session is still read; it ends a little earlier, and its
 * owner notices nothing.
 */
const loadScript = `
local record = redis.call('GET', KEYS[1])
if not record then return false end
local renewed = redis.pcall('PEXPIRE', KEYS[1], ARGV[1])
if type(renewed) == 'table' and renewed.err then
  local code = string.match(renewed.err, '^-?(%u+)')
  if code ~= 'READONLY' and code ~= 'MISCONF' and code ~= 'NOREPLICAS' and code ~= 'OOM' then return renewed end
end
return record`;

/** Reads a record and puts its end off, in one round trip. */
const recordReader = (connection: RedisConnection) => {
  const load = connection.script("loadSession", loadScript);
  let hasGetex = true;
  return (key: string, idle: Seconds): Promise<unknown> => {
    if (!hasGetex) return load(key, milliseconds(idle));
    return connection.run((redis) =>
      redis.getex(key, "PX", milliseconds(idle)).catch((error: unknown) => {
        const code = replyCode(error);
        if (code === undefined) throw error;
        if (code === "ERR" || code === "NOPERM") hasGetex = false;
        return load(key, milliseconds(idle));
      }),
    );
  };
};

/**
 * A cluster's client sends a command once more when the node that had it died. The second time finds what the
 * first has written, by its revision, and is no conflict.
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

/** GETDEL came with Redis 6.2. A cluster's client that sends it once more is told that the session was gone. */
const removeScript = `
local record = redis.call('GET', KEYS[1])
if record then redis.call('DEL', KEYS[1]) end
return record`;

/** Keeps each session under one key with an expiry (sessions-and-authentication.md section 4). */
export const redisSessionStore = (connection: RedisConnection, log: Log): SessionStore => {
  const read = recordReader(connection);
  const parse = rememberingParser(log);
  const create = connection.script("createSession", createScript);
  const replace = connection.script("replaceSession", replaceScript);
  const remove = connection.script("removeSession", removeScript);
  return {
    load: (id, idle) => read(keyOf(id), idle).then((record) => parse(id, record)),

    peek: async (id) => parseRecord(await connection.run((redis) => redis.get(keyOf(id)))),

    create: async (id, session, idle) => {
      const revision = newRevision();
      const record = revision + JSON.stringify(session);
      const stored = await create(keyOf(id), record, milliseconds(idle));
      if (stored !== 1) throw new Error("A session of this id is there already.");
      return revision;
    },

    replace: async (id, session, expected, idle) => {
      const revision = newRevision();
      const record = revision + JSON.stringify(session);
      const outcome = await replace(keyOf(id), expected, record, milliseconds(idle));
      return outcome === "replaced"
        ? { outcome, revision }
        : { outcome: outcome === "gone" ? "gone" : "changed" };
    },

    remove: async (id) => parseRecord(await remove(keyOf(id)))?.session,

    all: () => allSessions(connection),

    ready: async () => {
      // A command that goes by a key: in a cluster, PING would have no node to go to.
      await connection.run((redis) => redis.exists(prefix));
    },
  };
};
