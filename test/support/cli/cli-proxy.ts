import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Certificates } from "../containers/certificates.ts";
import { makeCertificates } from "../containers/certificates.ts";
import { ask } from "../requests/http.ts";
import type { Override, RecordingProxy } from "../requests/recording-proxy.ts";
import { recordingProxy } from "../requests/recording-proxy.ts";
import type { CliSite } from "./cli-site.ts";
import type { CommandLine } from "./command-line.ts";

export const discoveryPath = "/.well-known/openid-configuration";

export type Discovery = Record<string, unknown> & {
  readonly nextstrain_cli_client_configuration: Readonly<Record<string, unknown>>;
};

/** A recording proxy by which the CLI can log in to the server. */
export interface CliProxy extends RecordingProxy {
  /** A new terminal that trusts the proxy, where nobody is logged in. */
  terminal(environment?: Readonly<Record<string, string>>): Promise<CommandLine>;
}

export interface CliProxyOptions {
  /** Of the proxy, with the CA to trust. Default: new ones. */
  readonly certificates?: Certificates;
  /** Changes the discovery document that the CLI gets. */
  readonly discovery?: (document: Discovery) => Discovery;
  /** Further responses of the proxy's own. */
  readonly override?: (target: string) => Override | undefined;
}

/** The CLI's requests pass the proxy; a browser uses the server directly. */
export const openCliProxy = async (site: CliSite, options: CliProxyOptions = {}): Promise<CliProxy> => {
  const certificates = options.certificates ?? (await makeCertificates());
  const ca = await readFile(join(site.server.data, "ca", "ca.pem"), "utf8");
  const discoveryByProxy = async (): Promise<Discovery> => {
    const document = (await ask(site.origin, { path: discoveryPath }, ca)).json() as Discovery;
    const endpoints = ["token_endpoint", "jwks_uri"].map((name) => [
      name,
      String(document[name]).replace(site.origin, proxy.origin),
    ]);
    return { ...document, ...Object.fromEntries(endpoints) };
  };
  const override = async (target: string): Promise<Override | undefined> => {
    if (target === discoveryPath) {
      const document = await discoveryByProxy();
      return { json: options.discovery?.(document) ?? document };
    }
    return options.override?.(target);
  };
  const proxy = await recordingProxy({ server: site.origin, ca, certificates, override });
  const caFile = join(site.server.data, `proxy-${new URL(proxy.origin).port}.pem`);
  await writeFile(caFile, certificates.ca);
  const trust = { REQUESTS_CA_BUNDLE: caFile, SSL_CERT_FILE: caFile };
  const terminal: CliProxy["terminal"] = (environment) => site.terminal({ ...trust, ...environment });
  return { ...proxy, terminal };
};
