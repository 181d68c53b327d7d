import type { Certificates } from "../certificates.ts";
import { makeCertificates } from "../certificates.ts";
import { freePort } from "../free-port.ts";
import { startAll } from "../start-all.ts";
import type { RedisAsOf, StartedRedis } from "./redis.ts";
import { cliArguments, startRedis } from "./redis.ts";

export interface StartedCluster {
  /** The URL of the first node. */
  readonly url: string;
  readonly certificates: Certificates;
  /** The three masters and then their replicas, as at the start. */
  readonly nodes: readonly StartedRedis[];
  close(): Promise<void>;
}

const startNode = async (certificates: Certificates, asOf: RedisAsOf) => {
  const [port, busPort] = [await freePort(), await freePort()];
  const settings = [
    "cluster-enabled yes",
    "tls-cluster yes",
    `cluster-port ${busPort}`,
    "cluster-node-timeout 1500",
    "cluster-config-file nodes.conf",
  ];
  const node = await startRedis({ certificates, asOf, port, settings });
  return { ...node, address: `127.0.0.1:${port}@${busPort}` };
};

/** Whether all nodes report "cluster_state:ok", and all replicas are connected to their masters. */
const isWhole = async (nodes: readonly StartedRedis[]): Promise<boolean> => {
  for (const node of nodes) {
    if (!(await node.cli("CLUSTER", "INFO")).includes("cluster_state:ok")) return false;
    const replication = await node.cli("INFO", "replication");
    if (replication.includes("role:slave") && !replication.includes("master_link_status:up")) return false;
  }
  const known = await nodes[0]?.cli("CLUSTER", "NODES");
  return known?.match(/slave/g)?.length === 3;
};

const join = async (nodes: readonly (StartedRedis & { address: string })[]): Promise<void> => {
  const [first] = nodes;
  if (first === undefined) throw new Error("A cluster needs nodes.");
  const addresses = nodes.map((node) => node.address);
  const options = ["--cluster-replicas", "1", "--cluster-yes"];
  await first.exec([...cliArguments(first.port), "--cluster", "create", ...addresses, ...options]);
  const end = Date.now() + 30_000;
  while (!(await isWhole(nodes))) {
    if (Date.now() > end) throw new Error("The cluster did not come together in 30 s.");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

/** Starts a Redis Cluster of three masters with a replica each, with TLS and a password. */
export const startRedisCluster = async (asOf: RedisAsOf = "today"): Promise<StartedCluster> => {
  const certificates = await makeCertificates();
  const group = await startAll([1, 2, 3, 4, 5, 6].map(() => () => startNode(certificates, asOf)));
  await group.orClose(() => join(group.started));
  const [first] = group.started;
  if (first === undefined) throw new Error("A cluster needs nodes.");
  return { url: first.url, certificates, nodes: group.started, close: group.close };
};
