import { readFile } from "node:fs/promises";
import { startApache } from "../containers/apache.ts";
import type { Container } from "../containers/container.ts";
import { startNginx } from "../containers/nginx.ts";
import type { ProxiedSite, ProxyPorts } from "./proxied-site.ts";

const sample = (name: string): Promise<string> =>
  readFile(new URL(`../../../env/production/${name}`, import.meta.url), "utf8");

/** Replaces addresses of a sample. Throws for one that the sample lacks, since the sample must have changed then. */
const withAddresses = (text: string, addresses: readonly (readonly [string, string])[]): string =>
  addresses.reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`The sample does not hold ${from}.`);
    return result.replaceAll(from, to);
  }, text);

/** The part of a site that a proxy needs; the instances may be anything that speaks HTTP. */
interface Instances extends Pick<ProxiedSite, "certificates"> {
  readonly instances: readonly [{ readonly port: number }, { readonly port: number }];
}

const certificateFiles = ({ certificates }: Instances) => [
  { path: "/etc/ssl/groups/certificate.pem", content: certificates.certificate },
  { path: "/etc/ssl/groups/key.pem", content: certificates.key },
];

const instanceAddresses = ({ instances: [first, second] }: Instances) =>
  [
    ["127.0.0.1:5001", `127.0.0.1:${first.port}`],
    ["127.0.0.1:5002", `127.0.0.1:${second.port}`],
  ] as const;

/** Starts nginx with the sample configuration. */
export const nginxBefore = async (site: Instances, ports: ProxyPorts): Promise<Container> => {
  const configuration = withAddresses(await sample("nginx.conf"), [
    ["X-Forwarded-Host groups.example.org", `X-Forwarded-Host localhost:${ports.https}`],
    ["https://groups.example.org", ports.origin],
    ["groups.example.org", "localhost"],
    ["listen 80;", `listen 127.0.0.1:${ports.http};`],
    ["listen 443 ", `listen 127.0.0.1:${ports.https} `],
    ...instanceAddresses(site),
  ]);
  return startNginx({ configuration, files: certificateFiles(site), port: ports.https });
};

/** Apache with the sample configuration, and the modules that it names. */
export const apacheBefore = async (site: Instances, ports: ProxyPorts): Promise<Container> => {
  const text = await sample("apache.conf");
  const modules = /^# a2enmod (.*)$/m.exec(text)?.[1]?.split(" ") ?? [];
  const configuration = withAddresses(text, [
    ['X-Forwarded-Host "groups.example.org"', `X-Forwarded-Host "localhost:${ports.https}"`],
    ["https://groups.example.org", ports.origin],
    ["groups.example.org", "localhost"],
    ["/var/log/apache2/groups.log", "/dev/stdout"],
    ["*:80>", `127.0.0.1:${ports.http}>`],
    ["*:443>", `127.0.0.1:${ports.https}>`],
    ...instanceAddresses(site),
  ]);
  return startApache({
    site: configuration,
    // a2enmod enables the dependencies of modules by itself.
    modules: ["socache_shmcb", "slotmem_shm", ...modules],
    ports: [ports.http, ports.https],
    files: certificateFiles(site),
  });
};
