import type { Log } from "../../ports/driven/system/log.ts";
import type { Configuration } from "../config/configuration.ts";

/** Logs what the configuration holds that works, but is probably a mistake. */
export const logWarnings = ({ unknownNames, settings }: Configuration, log: Log): void => {
  for (const misspelt of unknownNames.misspelt) log.write({ event: "unknown-setting", ...misspelt });
  if (unknownNames.others.length > 0) {
    log.write({ event: "unread-variables", names: unknownNames.others.join(", ").slice(0, 1000) });
  }
  if (settings.REDIS_URL !== undefined && settings.REDIS_CA_FILE === undefined) {
    log.write({ event: "unsafe-setting", name: "REDIS_CA_FILE", advice: unverifiedRedis });
  }
};

const unverifiedRedis =
  "It is not set, so Redis's certificate is not checked, and whoever stands between this server and Redis can read " +
  "and change sessions. Name the PEM file of the certificate authority that signed it, or write system for those " +
  "that this machine trusts.";
