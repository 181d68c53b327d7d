import { readFile } from "node:fs/promises";
import { getCACertificates } from "node:tls";
import type { HostAndPort } from "../../adapters/redis/address.ts";
import type { RedisTopology } from "../../adapters/redis/client.ts";
import type { RedisOptions } from "../../adapters/redis/connection.ts";
import { NotConfigured } from "../../domain/failure.ts";
import { ifDefined } from "./if-defined.ts";
import type { Settings } from "./settings.ts";
import { systemAuthorities } from "./settings.ts";

/** The options of a connection to Redis, from the settings. @throws NotConfigured */
export const redisOptions = async (settings: Settings, url: string): Promise<RedisOptions> => {
  const ca = settings.REDIS_CA_FILE && (await readAuthorities(settings.REDIS_CA_FILE));
  return {
    url,
    ...ifDefined("ca", ca),
    ...ifDefined("certificateName", settings.REDIS_CERTIFICATE_NAME),
    sendUsername: settings.REDIS_SEND_USERNAME,
    topology: topology(settings),
  };
};

const readAuthorities = async (path: string): Promise<string> => {
  if (path === systemAuthorities) return trustedHere();
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new NotConfigured(
      `REDIS_CA_FILE: ${path} cannot be read. Name a file that holds PEM, or correct its permissions.`,
      { cause },
    );
  }
};

/** The certificate authorities of Node, with `NODE_EXTRA_CA_CERTS`, and of the operating system. */
const trustedHere = (): string =>
  [...new Set([...getCACertificates("default"), ...getCACertificates("system")])].join("\n");

const topology = (settings: Settings): RedisTopology => {
  const { REDIS_SENTINELS: sentinels, REDIS_CLUSTER_NODES: nodes } = settings;
  if (sentinels) {
    return {
      kind: "sentinel",
      master: settings.REDIS_SENTINEL_MASTER,
      sentinels: sentinels.map(hostAndPort),
      ...ifDefined("sentinelPassword", settings.REDIS_SENTINEL_PASSWORD),
    };
  }
  return nodes ? { kind: "cluster", nodes: nodes.map(hostAndPort) } : { kind: "single" };
};

/** Parses host:port, which was checked with the configuration. */
const hostAndPort = (text: string): HostAndPort => {
  const { hostname, port } = new URL(`redis://${text}`);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) };
};
