import { existsSync } from "node:fs";
import { plainLog } from "../../adapters/system/plain-log.ts";
import { StoreDown } from "../../domain/failure.ts";
import type { Records } from "../../ports/driven/records/records.ts";
import type { NotBeforeMarks } from "../../ports/driven/sessions/not-before-marks.ts";
import type { SessionRegistry } from "../../ports/driven/sessions/session-registry.ts";
import type { SessionStore } from "../../ports/driven/sessions/session-store.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import { bindDataStores, bindSessionStores } from "../adapters.ts";
import { get, newContainer } from "../bindings.ts";
import type { Configuration } from "../config/configuration.ts";
import { keys } from "../keys.ts";
import type { Closers } from "../runtime/closers.ts";
import { closers as newClosers } from "../runtime/closers.ts";
import type { CommandContext } from "./command.ts";
import { CommandFailed } from "./command.ts";

export interface StoredSessions {
  readonly store: SessionStore;
  readonly registry: SessionRegistry;
  readonly marks: NotBeforeMarks;
  /** Opens the records of groups and people. */
  readonly openRecords: () => Promise<Records>;
  /** Writes to standard error. */
  readonly log: Log;
  /** Closed when the work is done. */
  readonly closers: Closers;
}

/** The location of the sessions, without a password. */
const placeOf = ({ settings: { REDIS_URL: url, DATA_DIR: folder } }: Configuration): string => {
  if (url === undefined) return folder;
  const { host, pathname } = new URL(url);
  return `Redis at ${host}${pathname === "/" ? "" : pathname}`;
};

const recordsPlaceOf = ({ settings }: Configuration): string => {
  const { GROUPS_STORAGE, GROUPS_BUCKET, RECORDS_BUCKET = GROUPS_BUCKET, DATA_DIR } = settings;
  return GROUPS_STORAGE === "s3" ? `the bucket ${RECORDS_BUCKET}` : DATA_DIR;
};

/** Without the server's settings a command would find an empty store, and report success. */
const refuseUnused = (configuration: Configuration): void => {
  const { REDIS_URL: url, DATA_DIR: folder } = configuration.settings;
  if (url !== undefined || existsSync(folder)) return;
  throw new CommandFailed(
    `No server has run with these settings (${configuration.mode} mode): there is no ${folder}.\n` +
      "Give the server's own, for example --env-file /etc/groups/environment --env-file env/production/commands.env.",
    1,
  );
};

/** Runs `work` on the sessions of the configured server, which may be running. */
export const withSessions = async <T>(
  configuration: Configuration,
  { clock, warn }: CommandContext,
  work: (sessions: StoredSessions) => Promise<T>,
): Promise<T> => {
  refuseUnused(configuration);
  warn(`${configuration.mode} mode, sessions in ${placeOf(configuration)}\n`);
  const closers = newClosers();
  const container = newContainer();
  try {
    const log = plainLog(process.stderr, clock);
    const parts = { configuration, clock, log, closers };
    await bindSessionStores(container, parts);
    const store = get(container, keys.sessionStore);
    const [registry, marks] = [get(container, keys.sessionRegistry), get(container, keys.marks)];
    const openRecords = async () => {
      warn(`records in ${recordsPlaceOf(configuration)}\n`);
      await bindDataStores(container, parts);
      return get(container, keys.records);
    };
    return await work({ store, registry, marks, openRecords, log, closers });
  } catch (error) {
    throw configuration.settings.REDIS_URL !== undefined && error instanceof StoreDown
      ? new CommandFailed("Redis stopped answering half way. Run this once more when it is back.", 1, {
          cause: error,
        })
      : error;
  } finally {
    await closers.closeAll();
  }
};
