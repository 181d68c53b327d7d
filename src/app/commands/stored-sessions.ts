import { existsSync } from "node:fs";
import { plainLog } from "../../adapters/system/plain-log.ts";
import { StoreDown } from "../../domain/failure.ts";
import type { NotBeforeMarks } from "../../ports/driven/sessions/not-before-marks.ts";
import type { SessionRegistry } from "../../ports/driven/sessions/session-registry.ts";
import type { SessionStore } from "../../ports/driven/sessions/session-store.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import { bindSessionStores } from "../adapters.ts";
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
    await bindSessionStores(container, { configuration, clock, log, closers });
    const store = get(container, keys.sessionStore);
    const [registry, marks] = [get(container, keys.sessionRegistry), get(container, keys.marks)];
    return await work({ store, registry, marks, log, closers });
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
