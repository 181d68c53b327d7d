import { createSecureContext } from "node:tls";
import { Cluster, Redis } from "ioredis";
import type { HostAndPort, RedisAddress } from "./address.ts";
import { replyCode } from "./store-failure.ts";

export type RedisClient = Redis | Cluster;

export type RedisTopology =
  | { readonly kind: "single" }
  /** Sentinels say where the master is; the URL's host and port are not used. */
  | {
      readonly kind: "sentinel";
      readonly master: string;
      readonly sentinels: readonly HostAndPort[];
      readonly sentinelPassword?: string;
    }
  /** The URL names one node; these are more of them to ask, in case that one is down. */
  | { readonly kind: "cluster"; readonly nodes: readonly HostAndPort[] };

export interface ClientSettings {
  readonly address: RedisAddress;
  readonly ca?: string;
  readonly certificateName?: string;
  readonly sendUsername?: boolean;
  readonly topology?: RedisTopology;
  /** The connection is given up, to be made anew at once. */
  readonly onReconnect?: () => void;
}

/** A lasting READONLY is not healed by connecting anew, and reading goes on meanwhile: not at each write. */
const reconnectionInterval = 5000;

/** The library says on each refusal what was refused. */
export const commandOf = (
  error: Error & { readonly command?: { readonly name: string } },
): string | undefined => error.command?.name;

/** After a failover a name may lead to another node now, while the open connection leads to a replica. */
const reconnectWhenReadOnly = ({ onReconnect }: ClientSettings) => {
  let last = Number.NEGATIVE_INFINITY;
  return (error: Error): boolean => {
    // Sessions are read by it, and can be read from a replica as well.
    if (commandOf(error) === "getex") return false;
    if (replyCode(error) !== "READONLY" || performance.now() - last < reconnectionInterval) return false;
    last = performance.now();
    onReconnect?.();
    return true;
  };
};

const tlsOptions = ({ ca, certificateName }: ClientSettings) => ({
  // Without a CA of its own the server's certificate is most likely self-signed (seeds).
  rejectUnauthorized: ca !== undefined,
  // Made once: from a system's list it takes longer than the event loop may be held at each reconnection.
  ...(ca === undefined ? {} : { secureContext: createSecureContext({ ca }) }),
  ...(certificateName === undefined ? {} : { servername: certificateName }),
});

/**
 * The library's own limits let requests hang for over 15 s. With these, a Redis that is down fails at once,
 * one that hangs within a second, and it is found again within a second of its return.
 */
const commonOptions = (settings: ClientSettings) => ({
  ...(settings.address.password === undefined ? {} : { password: settings.address.password }),
  ...(settings.sendUsername && settings.address.username !== undefined
    ? { username: settings.address.username }
    : {}),
  tls: tlsOptions(settings),
  connectTimeout: 1000,
  // Half-dead connections: those of a node that was frozen or whose network was cut. Each operation has its own
  // time limit (connection.ts); a second one for each command would cost more than the rest of it.
  socketTimeout: 1500,
  retryStrategy: (attempt: number) => Math.min(attempt * 50, 500),
  maxRetriesPerRequest: 0,
  // A write that was sent twice would find its own first copy, and report a conflict.
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  maxLoadingRetryTime: 500,
  // Not automatic pipelining: it took more time than it saved, and memory kept commands that were long over.
  enableAutoPipelining: false,
  disableClientInfo: true,
  reconnectOnError: reconnectWhenReadOnly(settings),
});

const openSentinel = (settings: ClientSettings, topology: RedisTopology & { kind: "sentinel" }): Redis => {
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
    // Without this a frozen master is noticed only when the system gives its connection up, minutes later.
    failoverDetector: true,
  });
};

const openCluster = (settings: ClientSettings, nodes: readonly HostAndPort[]): Cluster => {
  // A cluster's client follows MOVED to the new master by itself.
  const { reconnectOnError: _, ...redisOptions } = commonOptions(settings);
  const { host, port } = settings.address;
  return new Cluster([{ host, port }, ...nodes.map((node) => ({ ...node }))], {
    redisOptions,
    // The certificate is checked against what a node calls itself; the system's look-up would make it an address.
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

/** Opens a client; it connects by itself, and again whenever it has to. */
export const openClient = (settings: ClientSettings): RedisClient => {
  const topology = settings.topology ?? { kind: "single" };
  switch (topology.kind) {
    case "single": {
      const { host, port, database } = settings.address;
      return new Redis({ ...commonOptions(settings), host, port, db: database });
    }
    case "sentinel":
      return openSentinel(settings, topology);
    case "cluster":
      return openCluster(settings, topology.nodes);
  }
};
