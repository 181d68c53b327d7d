import type { Certificates } from "../certificates.ts";
import { makeCertificates } from "../certificates.ts";
import type { Container } from "../container.ts";
import { startContainer } from "../container.ts";
import { freePort } from "../free-port.ts";
import { startAll } from "../start-all.ts";
import type { RedisFeatures, StartedRedis } from "./redis.ts";
import { acceptsTls, cliArguments, password, startRedis, tlsFiles, tlsLines } from "./redis.ts";

export interface StartedSentinel {
  /** Of the master; clients of the sentinels ignore its port. */
  readonly url: string;
  readonly masterName: string;
  readonly sentinels: readonly { readonly host: string; readonly port: number }[];
  readonly sentinelPassword: string;
  readonly certificates: Certificates;
  /** The first one is the master at the start. */
  readonly nodes: readonly StartedRedis[];
  close(): Promise<void>;
}

const masterName = "sessions";

const sentinelConfiguration = (port: number, masterPort: number): string =>
  [
    ...tlsLines(port),
    "dir /data",
    `requirepass ${password}`,
    `sentinel monitor ${masterName} 127.0.0.1 ${masterPort} 2`,
    `sentinel auth-pass ${masterName} ${password}`,
    `sentinel down-after-milliseconds ${masterName} 1000`,
    `sentinel failover-timeout ${masterName} 5000`,
    "",
  ].join("\n");

const startOneSentinel = async (masterPort: number, certificates: Certificates) => {
  const port = await freePort();
  const container = await startContainer({
    image: "redis",
    entrypoint: ["redis-server"],
    command: ["/data/sentinel.conf", "--sentinel"],
    files: [
      ...tlsFiles(certificates),
      { path: "/data/sentinel.conf", content: sentinelConfiguration(port, masterPort) },
    ],
    healthCheck: () => acceptsTls(port, certificates.ca),
  });
  return { ...container, port };
};

const waitUntil = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited 30 s in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

/** Whether a sentinel has discovered the replica and the two other sentinels, as a failover requires. */
const hasDiscoveredAll = async (sentinel: Container & { port: number }): Promise<boolean> => {
  const answer = await sentinel.exec([...cliArguments(sentinel.port), "SENTINEL", "master", masterName]);
  const lines = answer.split("\n").map((line) => line.trim());
  const fieldOf = (name: string) => lines[lines.indexOf(name) + 1];
  return fieldOf("num-slaves") === "1" && fieldOf("num-other-sentinels") === "2";
};

/** Starts a master, a replica and three sentinels, all with TLS and passwords. */
export const startRedisSentinel = async (features: RedisFeatures = "today"): Promise<StartedSentinel> => {
  const certificates = await makeCertificates();
  const ports = [await freePort(), await freePort()] as const;
  const group = await startAll<StartedRedis>([
    () => startRedis({ certificates, features, port: ports[0] }),
    () =>
      startRedis({
        certificates,
        features,
        port: ports[1],
        settings: [`replicaof 127.0.0.1 ${ports[0]}`],
      }),
  ]);
  const [master] = group.started;
  if (master === undefined) throw new Error("No master was started.");
  await group.orClose(() =>
    waitUntil("the replica is linked", async () =>
      (await master.cli("INFO", "replication")).includes("state=online"),
    ),
  );
  const sentinels = await group.orClose(() =>
    startAll([0, 1, 2].map(() => () => startOneSentinel(ports[0], certificates))),
  );
  const close = async () => {
    await Promise.all([sentinels.close(), group.close()]);
  };
  try {
    for (const sentinel of sentinels.started)
      await waitUntil("the sentinels know all", () => hasDiscoveredAll(sentinel));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: master.url,
    masterName,
    sentinels: sentinels.started.map(({ port }) => ({ host: "127.0.0.1", port })),
    sentinelPassword: password,
    certificates,
    nodes: group.started,
    close,
  };
};
