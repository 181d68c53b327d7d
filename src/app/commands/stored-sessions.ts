import { plainLog } from "../../adapters/system/plain-log.ts";
import { StoreDown } from "../../domain/failure.ts";
import type { SessionStore } from "../../ports/driven/session-store.ts";
import { bindSessionStores } from "../adapters.ts";
import { get, newContainer } from "../bindings.ts";
import { closers as newClosers } from "../closers.ts";
import type { Configuration } from "../configuration.ts";
import { keys } from "../keys.ts";
import type { Surroundings } from "./command.ts";
import { CommandFailed } from "./command.ts";

/** Runs something on the sessions of the configured server, which may be running meanwhile. */
export const withSessions = async <T>(
  configuration: Configuration,
  { clock }: Surroundings,
  work: (store: SessionStore) => Promise<T>,
): Promise<T> => {
  const closers = newClosers();
  const container = newContainer();
  try {
    const log = plainLog(process.stderr, clock);
    await bindSessionStores(container, { configuration, clock, log, closers });
    return await work(get(container, keys.sessionStore));
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
