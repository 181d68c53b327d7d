import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Certificates } from "../containers/certificates.ts";
import { makeCertificates } from "../containers/certificates.ts";
import { ask } from "../requests/http.ts";
import type { Instead, RecordingFront } from "../requests/recording-front.ts";
import { recordingFront } from "../requests/recording-front.ts";
import type { CliSite } from "./cli-site.ts";
import type { CommandLine } from "./command-line.ts";

export const discoveryPath = "/.well-known/openid-configuration";

export type Discovery = Record<string, unknown> & {
  readonly nextstrain_cli_client_configuration: Readonly<Record<string, unknown>>;
};

/** A recording front through which the CLI can log in to the server behind it. */
export interface CliFront extends RecordingFront {
  /** A new terminal that trusts the front, where nobody is logged in. */
  terminal(environment?: Readonly<Record<string, string>>): Promise<CommandLine>;
}

export interface CliFrontOptions {
  /** The front's certificate and its CA. Default: new ones. */
  readonly certificates?: Certificates;
  /** Replaces the server's discovery document for the CLI. */
  readonly discovery?: (found: Discovery) => Discovery;
  /** Other answers of the front itself. */
  readonly instead?: (target: string) => Instead | undefined;
}

/** Browsers use the server directly; only the CLI uses the front. */
export const openCliFront = async (site: CliSite, options: CliFrontOptions = {}): Promise<CliFront> => {
  const certificates = options.certificates ?? (await makeCertificates());
  const ca = await readFile(join(site.server.data, "ca", "ca.pem"), "utf8");
  const moved = async (): Promise<Discovery> => {
    const found = (await ask(site.origin, { path: discoveryPath }, ca)).json() as Discovery;
    const byFront = ["token_endpoint", "jwks_uri"].map((name) => [
      name,
      String(found[name]).replace(site.origin, front.origin),
    ]);
    return { ...found, ...Object.fromEntries(byFront) };
  };
  const instead = async (target: string): Promise<Instead | undefined> => {
    if (target === discoveryPath) {
      const found = await moved();
      return { json: options.discovery?.(found) ?? found };
    }
    return options.instead?.(target);
  };
  const front = await recordingFront({ server: site.origin, ca, certificates, instead });
  const trusted = join(site.server.data, `front-${new URL(front.origin).port}.pem`);
  await writeFile(trusted, certificates.ca);
  const trust = { REQUESTS_CA_BUNDLE: trusted, SSL_CERT_FILE: trusted };
  const terminal: CliFront["terminal"] = (environment) => site.terminal({ ...trust, ...environment });
  return { ...front, terminal };
};
