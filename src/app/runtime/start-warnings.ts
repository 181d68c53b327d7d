import { partitionRoleGroups } from "../../domain/identity/role.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import type { Configuration } from "../config/configuration.ts";

/** Logs what the configuration holds that works, but is probably a mistake. */
export const logWarnings = ({ unknownNames, settings, catalogue }: Configuration, log: Log): void => {
  for (const misspelt of unknownNames.misspelt) log.write({ event: "unknown-setting", ...misspelt });
  if (unknownNames.others.length > 0) {
    log.write({ event: "unread-variables", names: unknownNames.others.join(", ").slice(0, 1000) });
  }
  if (settings.REDIS_URL !== undefined && settings.REDIS_CA_FILE === undefined) {
    log.write({ event: "unsafe-setting", name: "REDIS_CA_FILE", advice: unverifiedRedis });
  }
  const { ignored } = partitionRoleGroups(catalogue.all(), Object.values(settings.ROLE_GROUPS).flat());
  if (ignored.length > 0) {
    log.write({ event: "unknown-role-groups", name: "ROLE_GROUPS", roleGroups: ignored.slice(0, 20) });
  }
};

const unverifiedRedis =
  "It is not set, so Redis's certificate is not checked, and whoever stands between this server and Redis can read " +
  "and change sessions. Name the PEM file of the certificate authority that signed it, or write system for those " +
  "that this machine trusts.";
