import type { Certificates } from "../certificates.ts";
import { makeCertificates } from "../certificates.ts";
import { freePort } from "../free-port.ts";
import { startAll } from "../start-all.ts";
import type { RedisFeatures, StartedRedis } from "./redis.ts";
import { cliArguments, startRedis } from "./redis.ts";

export interface StartedCluster {
  /** The URL of the first node. */
  readonly url: string;
  readonly certificates: Certificates;
  /** Three masters and then their replicas, in their roles at the start. */
  readonly nodes: readonly StartedRedis[];
  close(): Promise<void>;
}

const startNode = async (certificates: Certificates, features: RedisFeatures) => {
  const [port, busPort] = [await freePort(), await freePort()];
  const settings = [
    "cluster-enabled yes",
    "tls-cluster yes",
    `cluster-port ${busPort}`,
    "cluster-node-timeout 1500",
    "cluster-config-file nodes.conf",
  ];
  const node = await startRedis({ certificates, features, port, settings });
  return { ...node, address: `127.0.0.1:${port}@${busPort}` };
};

/** Whether all nodes report "cluster_state:ok", and all replicas are linked to their masters. */
const isHealthy = async (nodes: readonly StartedRedis[]): Promise<boolean> => {
  for (const node of nodes) {
    if (!(await node.cli("CLUSTER", "INFO")).includes("cluster_state:ok")) return false;
    const replication = await node.cli("INFO", "replication");
    if (replication.includes("role:slave") && !replication.includes("master_link_status:up")) return false;
  }
  const nodeList = await nodes[0]?.cli("CLUSTER", "NODES");
  return nodeList?.match(/slave/g)?.length === 3;
};

const join = async (nodes: readonly (StartedRedis & { address: string })[]): Promise<void> => {
  const [first] = nodes;
  if (first === undefined) throw new Error("A cluster needs nodes.");
  const addresses = nodes.map((node) => node.address);
  const options = ["--cluster-replicas", "1", "--cluster-yes"];
  await first.exec([...cliArguments(first.port), "--cluster", "create", ...addresses, ...options]);
  const end = Date.now() + 30_000;
  while (!(await isHealthy(nodes))) {
    if (Date.now() > end) throw new Error("The cluster did not come together in 30 s.");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

/** Starts a Redis Cluster of three masters with one replica each, with TLS and a password. */
export const startRedisCluster = async (features: RedisFeatures = "today"): Promise<StartedCluster> => {
  const certificates = await makeCertificates();
  const group = await startAll([1, 2, 3, 4, 5, 6].map(() => () => startNode(certificates, features)));
  await group.orClose(() => join(group.started));
  const [first] = group.started;
  if (first === undefined) throw new Error("A cluster needs nodes.");
  return { url: first.url, certificates, nodes: group.started, close: group.close };
};
