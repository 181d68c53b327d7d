import { isReadable } from "./readable-file.ts";
import type { SettingName, Settings } from "./settings.ts";
import { systemAuthorities } from "./settings.ts";

const hostAndPort = /^(\[[0-9a-f:.]+\]|[^\s:/]+):\d{1,5}$/i;

/** Checks that Redis is configured where it is required. */
export const checkRedisIsThere = (
  settings: Settings,
  given: ReadonlySet<SettingName>,
  problems: string[],
): void => {
  if (settings.REDIS_REQUIRED && !given.has("REDIS_URL")) {
    problems.push(
      "REDIS_URL is not set. Set REDIS_REQUIRED=false if one instance, or instances that share a durable DATA_DIR, shall do without Redis.",
    );
  }
};

/** Finds settings that cannot work for the connection to Redis. */
export const checkRedis = (settings: Settings, problems: string[]): void => {
  const { REDIS_CA_FILE: authorities } = settings;
  if (authorities !== undefined && authorities !== systemAuthorities && !isReadable(authorities)) {
    problems.push(`REDIS_CA_FILE: ${authorities} cannot be read. Correct the path or its permissions.`);
  }
  if (settings.REDIS_SENTINELS && settings.REDIS_CLUSTER_NODES) {
    problems.push(
      "REDIS_SENTINELS and REDIS_CLUSTER_NODES are both set. Redis is one or the other: unset one.",
    );
  }
  for (const name of ["REDIS_SENTINELS", "REDIS_CLUSTER_NODES"] as const) {
    const wrong = settings[name]?.find((node) => !hostAndPort.test(node));
    if (wrong !== undefined) problems.push(`${name}: ${wrong} has to be host:port.`);
  }
};
