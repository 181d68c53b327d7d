import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Certificates } from "../containers/certificates.ts";
import { makeCertificates } from "../containers/certificates.ts";
import { freePort } from "../containers/free-port.ts";
import type { StartedMinio } from "../containers/stores/minio.ts";
import { startMinio } from "../containers/stores/minio.ts";
import type { StartedRedis } from "../containers/stores/redis.ts";
import { startRedis } from "../containers/stores/redis.ts";
import type { TlsProxy } from "../requests/tls-proxy.ts";
import { tlsProxy } from "../requests/tls-proxy.ts";
import { bucketSettings } from "../stores/bucket-settings.ts";
import { providerSettings } from "../stub-provider/provider-settings.ts";
import type { StubProvider } from "../stub-provider/stub-provider.ts";
import { stubProvider } from "../stub-provider/stub-provider.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { production } from "./production-environment.ts";
import type { ProductionInstance } from "./production-instance.ts";
import { productionInstance } from "./production-instance.ts";
import { testGroups } from "./running-server.ts";

/** Two instances in production with Redis, MinIO and a provider, all of them by TLS with a private CA. */
export interface ProxiedSite {
  readonly certificates: Certificates;
  /** The ports where proxies are to listen, and their origins for browsers. */
  readonly proxies: readonly [ProxyPorts, ProxyPorts];
  readonly provider: StubProvider;
  /** The first trusts the CA by NODE_EXTRA_CA_CERTS, the second by SSL_CERT_FILE and --use-openssl-ca. */
  readonly instances: readonly [ProductionInstance, ProductionInstance];
  /** A further instance with other settings. The caller has to start and stop it. */
  instanceWith(environment: Readonly<Record<string, string>>): Promise<ProductionInstance>;
  close(): Promise<void>;
}

export interface ProxyPorts {
  readonly http: number;
  readonly https: number;
  readonly origin: string;
}

interface Services {
  readonly certificates: Certificates;
  readonly redis: StartedRedis;
  readonly minio: StartedMinio;
  readonly provider: StubProvider;
  readonly providerProxy: TlsProxy;
}

const proxyPorts = async (): Promise<ProxyPorts> => {
  const https = await freePort();
  return { http: await freePort(), https, origin: `https://localhost:${https}` };
};

/** The stub provider supports plain http only; the server uses the TLS proxy before it. */
const startServices = async (): Promise<Services> => {
  const certificates = await makeCertificates();
  const [redis, minio] = await Promise.all([startRedis({ certificates }), startMinio({ certificates })]);
  const provider = await stubProvider();
  const providerProxy = await tlsProxy(certificates, Number(new URL(provider.issuer).port));
  provider.state.issuer = providerProxy.origin;
  // The tests' browser does not trust the CA, and so uses the stub without the proxy.
  const logIn = (url: string) => provider.logIn(url.replace(providerProxy.origin, provider.issuer));
  return { certificates, redis, minio, providerProxy, provider: { ...provider, logIn } };
};

const environmentOf = async (folder: string, services: Services, origins: readonly string[]) => {
  const { redis, minio, provider, providerProxy, certificates } = services;
  const paths = { groups: join(folder, "groups.json"), ca: join(folder, "ca.pem") };
  await Promise.all([
    writeFile(paths.groups, JSON.stringify(testGroups)),
    writeFile(paths.ca, certificates.ca),
  ]);
  const common = {
    ...production,
    REDIS_REQUIRED: "true",
    REDIS_URL: redis.url,
    REDIS_CA_FILE: paths.ca,
    ...bucketSettings(minio),
    GROUPS_DATA_FILE: paths.groups,
    DATA_DIR: join(folder, "data"),
    PUBLIC_ORIGIN: JSON.stringify(origins),
    ...providerSettings(providerProxy.origin, provider.state.options.clients),
  };
  return { common, ca: paths.ca };
};

export const startProxiedSite = async (): Promise<ProxiedSite> => {
  const folder = await temporaryFolder();
  const services = await startServices();
  const proxies = [await proxyPorts(), await proxyPorts()] as const;
  const origins = proxies.map(({ origin }) => origin);
  const { common, ca } = await environmentOf(folder.path, services, origins);
  const instanceWith = async (environment: Readonly<Record<string, string>>) => {
    const port = await freePort();
    const workingFolder = join(folder.path, String(port));
    await mkdir(workingFolder);
    return productionInstance({ port, workingFolder, environment: { ...common, ...environment } });
  };
  const instances = [
    await instanceWith({ NODE_EXTRA_CA_CERTS: ca }),
    await instanceWith({ NODE_OPTIONS: "--use-openssl-ca", SSL_CERT_FILE: ca }),
  ] as const;
  const close = async () => {
    await Promise.all(instances.map((instance) => instance.stop()));
    const { providerProxy, provider, redis, minio } = services;
    await Promise.all([providerProxy.close(), provider.close(), redis.close(), minio.close()]);
    await folder.remove();
  };
  try {
    await Promise.all(instances.map((instance) => instance.start()));
  } catch (error) {
    await close();
    throw error;
  }
  const { certificates, provider } = services;
  return { certificates, proxies, provider, instances, instanceWith, close };
};
