import { partitionRoleGroups } from "../../domain/identity/role.ts";
import type { RoleGroupCatalogue } from "../../ports/driven/identity/role-group-catalogue.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Settings } from "../config/settings.ts";

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

/** Logs what `ROLE_GROUPS` gives in groups that do not exist; not while it is not known which groups there are. */
export const logUnknownRoleGroups = (settings: Settings, catalogue: RoleGroupCatalogue, log: Log): void => {
  const roleGroups = Object.values(settings.ROLE_GROUPS).flat();
  const { ignored } = partitionRoleGroups(catalogue.all(), roleGroups);
  if (ignored.length === 0 || !areAllKnown(catalogue)) return;
  log.write({ event: "unknown-role-groups", name: "ROLE_GROUPS", roleGroups: ignored.slice(0, 20) });
};

/** Any name that is no group's tells. */
const areAllKnown = (catalogue: RoleGroupCatalogue): boolean => {
  try {
    catalogue.find("no-such-group");
    return true;
  } catch {
    return false;
  }
};

const unverifiedRedis =
  "It is not set, so Redis's certificate is not checked, and whoever stands between this server and Redis can read " +
  "and change sessions. Name the PEM file of the certificate authority that signed it, or write system for those " +
  "that this machine trusts.";
