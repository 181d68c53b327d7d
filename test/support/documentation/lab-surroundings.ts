import { CreateBucketCommand } from "@aws-sdk/client-s3";
import type { Certificates } from "../containers/certificates.ts";
import { makeCertificates } from "../containers/certificates.ts";
import { startMinio } from "../containers/stores/minio.ts";
import { startRedis } from "../containers/stores/redis.ts";
import { plainFront, tlsFront } from "../requests/tls-front.ts";
import type { StubProvider } from "../stub-provider/stub-provider.ts";
import { stubProvider } from "../stub-provider/stub-provider.ts";

/** The services of a lab that sets up groups.example.org; all use TLS with a private CA. */
export interface LabSurroundings {
  readonly certificates: Certificates;
  readonly provider: StubProvider;
  /** The issuer that the server is configured with. */
  readonly issuer: string;
  readonly store: {
    readonly endpoint: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  readonly redisUrl: string;
  close(): Promise<void>;
}

/** The host names of the lab, which all resolve to this machine. */
export const labMachines = ["idp.example.org", "store.example.org", "redis.example.org"] as const;

const portOf = (url: string) => Number(new URL(url).port);

/** Opens the services; `opened` registers each of them to be closed. */
const open = async (
  address: string,
  bucket: string,
  opened: <T extends { close(): Promise<unknown> }>(one: T) => T,
): Promise<Omit<LabSurroundings, "close">> => {
  const certificates = await makeCertificates(["groups.example.org", ...labMachines]);
  const [redis, minio] = await Promise.all([
    startRedis({ certificates }).then(opened),
    startMinio().then(opened),
  ]);
  await minio.client.send(new CreateBucketCommand({ Bucket: bucket }));
  const app = { id: "groups-server", secret: "a client's secret" };
  const provider = opened(await stubProvider({ clients: { app, cli: { id: "nextstrain-cli" } } }));
  const idp = opened(await tlsFront(certificates, portOf(provider.issuer), address));
  const store = opened(await tlsFront(certificates, portOf(minio.endpoint), address));
  const sessions = opened(await plainFront(redis.port, address));
  const issuer = `https://idp.example.org:${idp.port}`;
  provider.state.issuer = issuer;
  return {
    certificates,
    // The browser of the tests cannot resolve that name, and uses the stub directly.
    provider: { ...provider, logIn: (url) => provider.logIn(url.replace(issuer, provider.issuer)) },
    issuer,
    store: { endpoint: `https://store.example.org:${store.port}`, ...minio.credentials },
    redisUrl: `rediss://u:${redis.password}@redis.example.org:${sessions.port}`,
  };
};

/** @param address The address of this machine that the lab's host names resolve to. */
export const labSurroundings = async (address: string, bucket: string): Promise<LabSurroundings> => {
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
