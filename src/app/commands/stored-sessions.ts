import { plainLog } from "../../adapters/system/plain-log.ts";
import { StoreDown } from "../../domain/failure.ts";
import type { Log } from "../../ports/driven/log.ts";
import type { SessionIndex } from "../../ports/driven/session-index.ts";
import type { SessionStore } from "../../ports/driven/session-store.ts";
import type { StalenessMarks } from "../../ports/driven/staleness-marks.ts";
import { bindSessionStores } from "../adapters.ts";
import { get, newContainer } from "../bindings.ts";
import type { Closers } from "../closers.ts";
import { closers as newClosers } from "../closers.ts";
import type { Configuration } from "../configuration.ts";
import { keys } from "../keys.ts";
import type { Surroundings } from "./command.ts";
import { CommandFailed } from "./command.ts";

export interface StoredSessions {
  readonly store: SessionStore;
  readonly index: SessionIndex;
  readonly marks: StalenessMarks;
  /** To standard error. */
  readonly log: Log;
  /** Closed when the work is done. */
  readonly closers: Closers;
}

/** Runs something on the sessions of the configured server, which may be running meanwhile. */
export const withSessions = async <T>(
  configuration: Configuration,
  { clock }: Surroundings,
  work: (sessions: StoredSessions) => Promise<T>,
): Promise<T> => {
  const closers = newClosers();
  const container = newContainer();
  try {
    const log = plainLog(process.stderr, clock);
    await bindSessionStores(container, { configuration, clock, log, closers });
    const store = get(container, keys.sessionStore);
    const [index, marks] = [get(container, keys.sessionIndex), get(container, keys.marks)];
    return await work({ store, index, marks, log, closers });
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
