import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CreateBucketCommand, GetObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { Redis } from "ioredis";
import type { RedisConnection } from "../../../src/adapters/redis/connection.ts";
import { connectRedis } from "../../../src/adapters/redis/connection.ts";
import { redisNotBeforeMarks } from "../../../src/adapters/redis/not-before-marks.ts";
import type { Username } from "../../../src/domain/identity/user.ts";
import { recordingLog } from "../measuring/recording-log.ts";
import { ageKeys } from "../sessions/redis-harness.ts";
import { bucketSettings } from "./bucket-settings.ts";
import { openS3Store } from "./open-s3-store.ts";
import { openTargets } from "./open-targets.ts";
import type { Stored, Stores } from "./stored.ts";

/** Services that all servers of the tests share. */
export interface Services {
  readonly redis: { readonly url: string; readonly ca: string };
  readonly minio: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
}

/** The database and the bucket of one server. */
interface Share {
  readonly redis: { readonly url: string; readonly ca: string };
  readonly bucket: string;
}

const prefix = "nextstrain.org-session:";

/** The prefix of what the server keeps for itself in the bucket. */
const ownPrefix = ".groups-server/";

/** Connects without the adapter under test. The URL's username is a placeholder. */
const connect = ({ url, ca }: Services["redis"]): Redis =>
  new Redis(url.replace("//u:", "//:"), { tls: { ca } });

/** Creates a database and a bucket with a number that is not in use. */
const newShare = async ({ redis, minio }: Services): Promise<Share> => {
  const client = connect(redis);
  const number = await client.incr("shares");
  await client.quit();
  const s3 = new S3Client({ ...minio, forcePathStyle: true });
  const bucket = `share-${number}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  s3.destroy();
  return { redis: { ...redis, url: `${redis.url}/${number}` }, bucket };
};

const objectsIn = async (s3: S3Client, bucket: string): Promise<Map<string, string>> => {
  const found = new Map<string, string>();
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket })) {
    for (const { Key: key = "" } of page.Contents ?? []) {
      const { Body: body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      found.set(key, (await body?.transformToString()) ?? "");
    }
  }
  return found;
};

const stringsIn = async (client: Redis): Promise<Map<string, string>> => {
  const found = new Map<string, string>();
  for (const key of await client.keys("*")) {
    const value = await client.dump(key);
    const text = (await client.type(key)) === "string" ? await client.get(key) : value;
    if (text !== null) found.set(key, text);
  }
  return found;
};

/** This process's sockets to a port that have unread bytes in their receive queue. */
const unreadSockets = async (port: number): Promise<string[]> => {
  const own = new Set(await openTargets());
  const rows = (await readFile("/proc/self/net/tcp", "utf8")).trim().split("\n").slice(1);
  return rows.flatMap((row) => {
    // proc(5): number, local and remote address, state, tx_queue:rx_queue, …, inode
    const [, , remote = "", , queues = "", , , , , inode = ""] = row.trim().split(/\s+/);
    const isUnread = Number.parseInt(queues.split(":")[1] ?? "", 16) > 0;
    const isOurs = Number.parseInt(remote.split(":")[1] ?? "", 16) === port && own.has(`socket:[${inode}]`);
    return isUnread && isOurs ? [row] : [];
  });
};

/** Stores in Redis and in an S3-compatible service. */
export const productionStores = (services: Services): Stores => {
  const shares = new Map<string, Promise<Share>>();
  const shareOf = (folder: string): Promise<Share> => {
    const share = shares.get(folder) ?? newShare(services);
    shares.set(folder, share);
    return share;
  };

  const open = (folder: string, now: () => number): Stored => {
    const s3 = new S3Client({ ...services.minio, forcePathStyle: true });
    const connecting = shareOf(folder).then(({ redis }) => connect(redis));
    const all = async () => objectsIn(s3, (await shareOf(folder)).bucket);
    const openStore = async () => openS3Store({ ...services.minio, bucket: (await shareOf(folder)).bucket });
    const strings = async () => stringsIn(await connecting);
    return {
      objects: async () => new Map([...(await all())].filter(([key]) => !key.startsWith(ownPrefix))),
      everything: async () => new Map([...(await all()), ...(await strings())]),
      sessions: async () => new Map([...(await strings())].filter(([key]) => key.startsWith(prefix))),
      overwriteSession: async (key, record) => void (await (await connecting).set(key, record, "KEEPTTL")),
      setNotBefore: async (username, at) => {
        const connection: RedisConnection = await connectRedis((await shareOf(folder)).redis, recordingLog());
        const marks = redisNotBeforeMarks(connection, { now }, { lifetime: 86_400 });
        await marks.mark(username as Username, at);
        await connection.close();
      },
      openObjects: openStore,
      openRecords: async () => ({ store: await openStore(), root: `${ownPrefix}records/` }),
      openReads: () => unreadSockets(Number(new URL(services.minio.endpoint).port)),
      loseSessions: async () => void (await (await connecting).flushdb()),
      passSeconds: async (seconds) => ageKeys(await connecting, seconds * 1000),
      close: async () => {
        s3.destroy();
        await (await connecting).quit();
      },
    };
  };

  return {
    open,
    settings: async (folder) => {
      const { redis, bucket } = await shareOf(folder);
      const ca = join(folder, "redis-ca.pem");
      await mkdir(folder, { recursive: true });
      await writeFile(ca, redis.ca);
      return {
        REDIS_URL: redis.url,
        REDIS_CA_FILE: ca,
        ...bucketSettings({ ...services.minio, bucket }),
      };
    },
  };
};
