import { CreateBucketCommand } from "@aws-sdk/client-s3";
import type { Certificates } from "../containers/certificates.ts";
import { makeCertificates } from "../containers/certificates.ts";
import { startMinio } from "../containers/stores/minio.ts";
import { startRedis } from "../containers/stores/redis.ts";
import { tcpProxy, tlsProxy } from "../requests/tls-proxy.ts";
import type { StubProvider } from "../stub-provider/stub-provider.ts";
import { stubProvider } from "../stub-provider/stub-provider.ts";

/** The services of a lab before it deploys groups.example.org, all by TLS with a private CA. */
export interface LabEnvironment {
  readonly certificates: Certificates;
  readonly provider: StubProvider;
  /** The provider's issuer for the server. */
  readonly issuer: string;
  readonly store: {
    readonly endpoint: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  readonly redisUrl: string;
  close(): Promise<void>;
}

/** Host names of the lab's services, all of which are on this machine. */
export const labMachines = ["idp.example.org", "store.example.org", "redis.example.org"] as const;

const portOf = (url: string) => Number(new URL(url).port);

/** Registers each service with `opened` as soon as it is started, so that it is closed in any case. */
const open = async (
  address: string,
  bucket: string,
  opened: <T extends { close(): Promise<unknown> }>(one: T) => T,
): Promise<Omit<LabEnvironment, "close">> => {
  const certificates = await makeCertificates(["groups.example.org", ...labMachines]);
  const [redis, minio] = await Promise.all([
    startRedis({ certificates }).then(opened),
    startMinio().then(opened),
  ]);
  await minio.client.send(new CreateBucketCommand({ Bucket: bucket }));
  const app = { id: "groups-server", secret: "a client's secret" };
  const provider = opened(await stubProvider({ clients: { app, cli: { id: "nextstrain-cli" } } }));
  const idp = opened(await tlsProxy(certificates, portOf(provider.issuer), address));
  const store = opened(await tlsProxy(certificates, portOf(minio.endpoint), address));
  const sessions = opened(await tcpProxy(redis.port, address));
  const issuer = `https://idp.example.org:${idp.port}`;
  provider.state.issuer = issuer;
  return {
    certificates,
    // The tests' browser cannot resolve these names, and uses the stub directly.
    provider: { ...provider, logIn: (url) => provider.logIn(url.replace(issuer, provider.issuer)) },
    issuer,
    store: { endpoint: `https://store.example.org:${store.port}`, ...minio.credentials },
    redisUrl: `rediss://u:${redis.password}@redis.example.org:${sessions.port}`,
  };
};

/** @param address This machine's address, to which the lab's host names resolve. */
export const labEnvironment = async (address: string, bucket: string): Promise<LabEnvironment> => {
  const opened: { close(): Promise<unknown> }[] = [];
  const close = async () => {
    for (const one of opened.reverse()) await one.close();
  };
  try {
    const parts = await open(address, bucket, (one) => {
      opened.push(one);
      return one;
    });
    return { ...parts, close };
  } catch (error) {
    await close();
    throw error;
  }
};
