import type { Container } from "../container.ts";
import { startContainer } from "../container.ts";
import { freePort } from "../free-port.ts";
import { ldapAdmin, ldapBase, type StartedOpenldap } from "./openldap.ts";

export interface DexSettings {
  readonly directory: StartedOpenldap;
  readonly clients: readonly {
    readonly id: string;
    readonly secret?: string;
    readonly public?: true;
    readonly redirectURIs?: readonly string[];
  }[];
  /** Of id tokens, in seconds. */
  readonly tokenLifetime: number;
}

export interface StartedDex extends Container {
  readonly issuer: string;
}

/** As documented in docs/providers.md. */
const ldapConnector = (port: number) => ({
  type: "ldap",
  id: "ldap",
  name: "The lab's directory",
  config: {
    host: `127.0.0.1:${port}`,
    insecureNoSSL: true,
    bindDN: ldapAdmin.dn,
    bindPW: ldapAdmin.password,
    userSearch: {
      baseDN: `ou=people,${ldapBase}`,
      username: "uid",
      idAttr: "uid",
      emailAttr: "mail",
      nameAttr: "cn",
      preferredUsernameAttr: "uid",
    },
    groupSearch: {
      baseDN: `ou=groups,${ldapBase}`,
      userMatchers: [{ userAttr: "DN", groupAttr: "member" }],
      nameAttr: "cn",
    },
  },
});

const configuration = (issuer: string, port: number, { clients, directory, tokenLifetime }: DexSettings) => ({
  issuer,
  storage: { type: "sqlite3", config: { file: "/dex.db" } },
  web: { http: `127.0.0.1:${port}` },
  oauth2: { skipApprovalScreen: true },
  expiry: { idTokens: `${tokenLifetime}s`, refreshTokens: { reuseInterval: "0s" } },
  staticClients: clients.map((client) => ({ name: client.id, ...client })),
  connectors: [ldapConnector(directory.port)],
});

/** Starts Dex with this LDAP directory, on 127.0.0.1. */
export const startDex = async (settings: DexSettings): Promise<StartedDex> => {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}/dex`;
  const container = await startContainer({
    image: "dex",
    entrypoint: ["dex"],
    command: ["serve", "/dex.json"],
    // Dex reads YAML, of which JSON is a subset.
    files: [{ path: "/dex.json", content: JSON.stringify(configuration(issuer, port, settings)) }],
    healthCheck: async () => {
      const answer = await fetch(`${issuer}/.well-known/openid-configuration`, {
        signal: AbortSignal.timeout(2000),
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`Dex answers ${answer.status}.`);
    },
  });
  return { ...container, issuer };
};
