import { join } from "node:path";
import type { DependencyContainer } from "tsyringe";
import type { Seconds } from "../domain/brand.ts";
import { NotConfigured, StoreDown } from "../domain/failure.ts";
import type { AuspiceClient } from "../ports/driven/resources/auspice-client.ts";
import type { Clock } from "../ports/driven/system/clock.ts";
import type { Log } from "../ports/driven/system/log.ts";
import type { Random } from "../ports/driven/system/random.ts";
import { bind, get } from "./bindings.ts";
import { cachedMarks } from "./caches/cached-marks.ts";
import type { Configuration } from "./config/configuration.ts";
import { ifDefined } from "./config/if-defined.ts";
import { redisOptions } from "./config/redis-options.ts";
import type { Secrets } from "./config/secrets.ts";
import { keys } from "./keys.ts";
import type { Closers } from "./runtime/closers.ts";

export interface AdapterParts {
  readonly configuration: Configuration;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly closers: Closers;
}

/** How long a lock stays taken after its holder was killed. */
const lockLease: Seconds = 5;

/** In a bucket, beside groups' objects: no group can have this name, and so no address leads below it. */
const recordsRoot = ".groups-server/records/";

/** A not-before mark must outlive every token issued before it, and so every session that may hold one. */
const marksOutlive: Seconds = 86_400;

/** Binds an adapter to each port. Only chosen adapters are imported, which keeps the start fast. */
export const bindAdapters = async (to: DependencyContainer, parts: AdapterParts): Promise<void> => {
  const { configuration, clock, random, log } = parts;
  bind(to, keys.clock, () => clock);
  bind(to, keys.random, () => random);
  bind(to, keys.log, () => log);
  bind(to, keys.catalogue, () => configuration.catalogue);
  await Promise.all([
    bindAudit(to, parts),
    bindStores(to, parts),
    bindContent(to, parts),
    bindMailer(to, parts),
    bindSealer(to, parts),
    bindAuspice(to, parts),
  ]);
};

const bindAudit = async (to: DependencyContainer, { log }: AdapterParts): Promise<void> => {
  const { auditLog } = await import("../adapters/system/audit-log.ts");
  bind(to, keys.audit, () => auditLog(log));
};

const bindStores = async (to: DependencyContainer, parts: AdapterParts): Promise<void> => {
  await Promise.all([bindDataStores(to, parts), bindSessionStores(to, parts)]);
};

export type StoreParts = Pick<AdapterParts, "configuration" | "clock" | "log" | "closers">;

/** Groups' data, and records. */
export const bindDataStores = (to: DependencyContainer, parts: StoreParts): Promise<void> =>
  parts.configuration.settings.GROUPS_STORAGE === "s3" ? bindS3(to, parts) : bindObjectsFolder(to, parts);

/** Sessions and their registry, marks, locks, limiters. */
export const bindSessionStores = (to: DependencyContainer, parts: StoreParts): Promise<void> => {
  const { REDIS_URL: url } = parts.configuration.settings;
  return url === undefined ? bindSessionsFolder(to, parts) : bindRedis(to, parts, url);
};

const folderOf = ({ configuration, clock, log }: StoreParts, name: string) => ({
  folder: join(configuration.settings.DATA_DIR, name),
  clock,
  log,
});

const bindObjectsFolder = async (to: DependencyContainer, parts: StoreParts): Promise<void> => {
  const { filesystemResourceStore } = await import("../adapters/filesystem/resources/resource-store.ts");
  const { objectRecords } = await import("../adapters/records/object-records.ts");
  const store = parts.closers.add(filesystemResourceStore(folderOf(parts, "objects")));
  const records = parts.closers.add(filesystemResourceStore(folderOf(parts, "records")));
  bind(to, keys.resourceStore, () => store);
  bind(to, keys.records, () => objectRecords(records, ""));
};

const bindS3 = async (
  to: DependencyContainer,
  { configuration, clock, closers, log }: StoreParts,
): Promise<void> => {
  const { settings } = configuration;
  const [{ connectS3 }, { s3ResourceStore }, { startProbe }, { objectRecords }] = await Promise.all([
    import("../adapters/s3/connection.ts"),
    import("../adapters/s3/resource-store.ts"),
    import("../adapters/s3/probe/start-probe.ts"),
    import("../adapters/records/object-records.ts"),
  ]);
  const options = {
    checksums: settings.S3_CHECKSUMS,
    ...ifDefined("endpoint", settings.AWS_ENDPOINT_URL_S3),
    ...ifDefined("region", settings.AWS_REGION),
    ...ifDefined("forcePathStyle", settings.S3_FORCE_PATH_STYLE),
    timeout: settings.STORE_TIMEOUT,
    completeTimeout: settings.STORE_COMPLETE_TIMEOUT,
    proxyEnv: configuration.proxies,
  };
  const open = (bucket: string) => {
    const connection = closers.add(connectS3({ ...options, bucket }, log));
    const { supportedConditions } = closers.add(startProbe(connection, clock));
    return () => s3ResourceStore(connection, { lock: get(to, keys.writeLock), supportedConditions });
  };
  const { GROUPS_BUCKET: bucket, RECORDS_BUCKET: recordsBucket = bucket } = settings;
  bind(to, keys.resourceStore, open(bucket));
  const store = recordsBucket === bucket ? () => get(to, keys.resourceStore) : open(recordsBucket);
  bind(to, keys.records, () => objectRecords(store(), recordsRoot));
};

const bindSessionsFolder = async (to: DependencyContainer, parts: StoreParts): Promise<void> => {
  const { clock, closers } = parts;
  const [
    { filesystemSessionStore },
    { filesystemSessionRegistry },
    { filesystemReplayCache },
    { filesystemNotBeforeMarks },
    { filesystemLock },
    { memoryLimiters },
  ] = await Promise.all([
    import("../adapters/filesystem/sessions/session-store.ts"),
    import("../adapters/filesystem/sessions/session-registry.ts"),
    import("../adapters/filesystem/sessions/replay-cache.ts"),
    import("../adapters/filesystem/sessions/not-before-marks.ts"),
    import("../adapters/filesystem/sessions/lock.ts"),
    import("../adapters/memory/limiter.ts"),
  ]);
  const sessionStore = closers.add(filesystemSessionStore(folderOf(parts, "sessions")));
  const registry = closers.add(filesystemSessionRegistry(folderOf(parts, "session-index")));
  const replayCache = closers.add(filesystemReplayCache(folderOf(parts, "logout-notices")));
  const lifetime = parts.configuration.settings.SESSION_MAX_AGE + marksOutlive;
  const marks = closers.add(filesystemNotBeforeMarks({ ...folderOf(parts, "marks"), lifetime }));
  const lock = closers.add(filesystemLock(folderOf(parts, "locks")));
  bind(to, keys.sessionStore, () => sessionStore);
  bind(to, keys.sessionRegistry, () => registry);
  bind(to, keys.replayCache, () => replayCache);
  bind(to, keys.marks, () => cachedMarks(marks, clock));
  bind(to, keys.lock, () => lock);
  bind(to, keys.limiters, () => memoryLimiters(clock));
  // One lock serves both: names are hashed, and no object's key equals a session's id.
  bind(to, keys.writeLock, () => lock);
};

const bindRedis = async (to: DependencyContainer, parts: StoreParts, url: string): Promise<void> => {
  const { configuration, clock, closers, log } = parts;
  const [
    { connectRedis },
    { redisSessionStore },
    { redisSessionRegistry },
    { redisReplayCache },
    { redisNotBeforeMarks },
    { redisLock },
    { redisLimiters },
  ] = await Promise.all([
    import("../adapters/redis/connection.ts"),
    import("../adapters/redis/session-store.ts"),
    import("../adapters/redis/session-registry.ts"),
    import("../adapters/redis/replay-cache.ts"),
    import("../adapters/redis/not-before-marks.ts"),
    import("../adapters/redis/lock.ts"),
    import("../adapters/redis/limiter.ts"),
  ]);
  const options = await redisOptions(configuration.settings, url);
  const connection = closers.add(await connectRedis(options, log).catch(unusableRedis));
  const lifetime = configuration.settings.SESSION_MAX_AGE + marksOutlive;
  bind(to, keys.sessionStore, () => redisSessionStore(connection, log));
  bind(to, keys.sessionRegistry, () => redisSessionRegistry(connection, clock));
  bind(to, keys.replayCache, () => redisReplayCache(connection));
  bind(to, keys.marks, () => cachedMarks(redisNotBeforeMarks(connection, clock, { lifetime }), clock));
  bind(to, keys.limiters, () => redisLimiters(connection));
  const lock = (prefix: string) => redisLock(connection, log, { prefix, lease: lockLease, lifetime });
  bind(to, keys.lock, () => lock("nextstrain.org-session-renewal"));
  bind(to, keys.writeLock, () => lock("nextstrain.org-object-write"));
};

/** At the start an unavailable Redis is most often a mistake in the configuration, and is reported as one. */
const unusableRedis = (error: unknown): never => {
  if (!(error instanceof StoreDown)) throw error;
  const why = error.cause instanceof Error ? error.cause.message : "no answer";
  throw new NotConfigured(`REDIS_URL: Redis cannot be used (${why}). Start it, or correct the address.`, {
    cause: error,
  });
};

const bindContent = async (
  to: DependencyContainer,
  { configuration, closers }: AdapterParts,
): Promise<void> => {
  const [{ contentCheck }, { compression }, { openFrontMatter }] = await Promise.all([
    import("../adapters/content/content-check.ts"),
    import("../adapters/content/gzip/compression.ts"),
    import("../adapters/content/front-matter/front-matter.ts"),
  ]);
  const { MAX_UPLOAD_BYTES: maxUploadBytes } = configuration.settings;
  const frontMatter = closers.add(openFrontMatter());
  bind(to, keys.contentCheck, () => contentCheck({ maxUploadBytes, frontMatter }));
  bind(to, keys.compression, () => compression());
  bind(to, keys.frontMatter, () => frontMatter);
};

const bindMailer = async (to: DependencyContainer, { configuration }: AdapterParts): Promise<void> => {
  const { SMTP_URL: url, MAIL_FROM: from, PUBLIC_ORIGIN: [origin] = [] } = configuration.settings;
  if (url === undefined || from === undefined || origin === undefined) {
    const { noMailer } = await import("../adapters/no-mail/mailer.ts");
    bind(to, keys.mailer, () => noMailer());
    return;
  }
  const [{ smtpMailer }, { parseSmtpUrl }] = await Promise.all([
    import("../adapters/smtp/mailer.ts"),
    import("../adapters/smtp/smtp-server.ts"),
  ]);
  const { hostname } = new URL(origin);
  bind(to, keys.mailer, () => smtpMailer({ server: parseSmtpUrl(url), from, hostname }));
};

const bindSealer = async (to: DependencyContainer, { secrets }: AdapterParts): Promise<void> => {
  const { tokenSealer } = await import("../adapters/aes-gcm/token-sealer.ts");
  bind(to, keys.sealer, () => tokenSealer(secrets.encryptionKeys));
};

const bindAuspice = async (to: DependencyContainer, { closers }: AdapterParts): Promise<void> => {
  const [{ findInstallation }, { openAssets }, { contentSecurityPolicy }, { datasetConverter }] =
    await Promise.all([
      import("../adapters/auspice/installation.ts"),
      import("../adapters/auspice/assets.ts"),
      import("../adapters/auspice/content-security-policy.ts"),
      import("../adapters/auspice/dataset-converter.ts"),
    ]);
  const installation = findInstallation();
  const client: AuspiceClient = { ...(await openAssets(installation)), contentSecurityPolicy };
  bind(to, keys.auspice, () => client);
  const converter = closers.add(datasetConverter(installation));
  bind(to, keys.converter, () => converter);
};
