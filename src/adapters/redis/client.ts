import { createSecureContext } from "node:tls";
import { Cluster, Redis } from "ioredis";
import type { HostAndPort, RedisAddress } from "./address.ts";
import { errorCode } from "./store-failure.ts";

export type RedisClient = Redis | Cluster;

export type RedisTopology =
  | { readonly kind: "single" }
  /** Sentinels name the master; the URL's host and port are not used. */
  | {
      readonly kind: "sentinel";
      readonly master: string;
      readonly sentinels: readonly HostAndPort[];
      readonly sentinelPassword?: string;
    }
  /** Further nodes to discover the cluster from, in case the one in the URL is down. */
  | { readonly kind: "cluster"; readonly nodes: readonly HostAndPort[] };

export interface ClientOptions {
  readonly address: RedisAddress;
  readonly ca?: string;
  readonly certificateName?: string;
  readonly sendUsername?: boolean;
  readonly topology?: RedisTopology;
  /** Called when the client is about to drop its connection and connect again. */
  readonly onReconnect?: () => void;
}

/**
 * In milliseconds. Reconnecting at every write would interrupt reads, and does not help against a lasting READONLY.
 */
const minReconnectInterval = 5000;

/** The command that Redis rejected; ioredis attaches it to the error. */
export const commandName = (
  error: Error & { readonly command?: { readonly name: string } },
): string | undefined => error.command?.name;

/** After a failover the open connection may lead to a replica, while the host name leads to the new master. */
const reconnectOnReadOnly = ({ onReconnect }: ClientOptions) => {
  let lastReconnect = Number.NEGATIVE_INFINITY;
  return (error: Error): boolean => {
    // It reads sessions, which a replica has as well (see `loadScript`).
    if (commandName(error) === "getex") return false;
    if (errorCode(error) !== "READONLY" || performance.now() - lastReconnect < minReconnectInterval)
      return false;
    lastReconnect = performance.now();
    onReconnect?.();
    return true;
  };
};

const tlsOptions = ({ ca, certificateName }: ClientOptions) => ({
  // Without a configured CA the certificate is most likely self-signed (sessions-and-authentication.md section 12).
  rejectUnauthorized: ca !== undefined,
  // Created once, since parsing a system's CA bundle at each reconnection would block the event loop for too long.
  ...(ca === undefined ? {} : { secureContext: createSecureContext({ ca }) }),
  ...(certificateName === undefined ? {} : { servername: certificateName }),
});

/**
 * With ioredis' defaults a request may hang for over 15 s. With these options it fails at once while Redis is down,
 * and within a second while Redis hangs, and the client reconnects within a second of Redis' return.
 */
const commonOptions = (settings: ClientOptions) => ({
  ...(settings.address.password === undefined ? {} : { password: settings.address.password }),
  ...(settings.sendUsername && settings.address.username !== undefined
    ? { username: settings.address.username }
    : {}),
  tls: tlsOptions(settings),
  connectTimeout: 1000,
  // Detects half-open connections, to a node that is suspended or cut off. There is no `commandTimeout`, since
  // connection.ts has a timeout for each operation, and a timer for each command costs more than sending it.
  socketTimeout: 1500,
  retryStrategy: (attempt: number) => Math.min(attempt * 50, 500),
  maxRetriesPerRequest: 0,
  // A write that is sent again would meet its own first copy, and report a conflict.
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  maxLoadingRetryTime: 500,
  // Auto-pipelining cost more time than it saved, and kept finished commands in memory.
  enableAutoPipelining: false,
  disableClientInfo: true,
  reconnectOnError: reconnectOnReadOnly(settings),
});

const createSentinelClient = (
  settings: ClientOptions,
  topology: RedisTopology & { kind: "sentinel" },
): Redis => {
  const { master, sentinels, sentinelPassword } = topology;
  const options = commonOptions(settings);
  return new Redis({
    ...options,
    db: settings.address.database,
    name: master,
    sentinels: sentinels.map(({ host, port }) => ({ host, port })),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    sentinelTLS: options.tls,
    enableTLSForSentinelMode: true,
    sentinelCommandTimeout: 500,
    sentinelRetryStrategy: (attempt: number) => Math.min(attempt * 50, 500),
    // Without this a suspended master is detected only when the system's TCP timeout ends, after minutes.
    failoverDetector: true,
  });
};

const createCluster = (settings: ClientOptions, nodes: readonly HostAndPort[]): Cluster => {
  // A cluster's client follows MOVED to the new master without reconnecting.
  const { reconnectOnError: _, ...redisOptions } = commonOptions(settings);
  const { host, port } = settings.address;
  return new Cluster([{ host, port }, ...nodes.map((node) => ({ ...node }))], {
    redisOptions,
    // Keeps host names, which certificates are checked against; the default lookup replaces them with addresses.
    dnsLookup: (address, callback) => callback(null, address),
    enableOfflineQueue: false,
    clusterRetryStrategy: (attempt: number) => Math.min(attempt * 50, 500),
    slotsRefreshTimeout: 500,
    slotsRefreshInterval: 2000,
    retryDelayOnFailover: 100,
    retryDelayOnClusterDown: 100,
    maxRedirections: 8,
  });
};

/** Creates a client, which connects and reconnects automatically. */
export const createClient = (settings: ClientOptions): RedisClient => {
  const topology = settings.topology ?? { kind: "single" };
  switch (topology.kind) {
    case "single": {
      const { host, port, database } = settings.address;
      return new Redis({ ...commonOptions(settings), host, port, db: database });
    }
    case "sentinel":
      return createSentinelClient(settings, topology);
    case "cluster":
      return createCluster(settings, topology.nodes);
  }
};
