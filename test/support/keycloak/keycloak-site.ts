import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { openChromium } from "../browser/chromium.ts";
import type { CommandLine } from "../cli/command-line.ts";
import { openCommandLine } from "../cli/command-line.ts";
import { installNextstrainCli } from "../cli/nextstrain-cli.ts";
import type { Certificates } from "../containers/certificates.ts";
import { makeCertificates } from "../containers/certificates.ts";
import type { Container } from "../containers/container.ts";
import { freePort } from "../containers/free-port.ts";
import type { StartedKeycloak } from "../containers/providers/keycloak.ts";
import { startKeycloak } from "../containers/providers/keycloak.ts";
import { production } from "../server/production-environment.ts";
import { productionInstance } from "../server/production-instance.ts";
import { nginxBefore } from "../server/proxies.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { keycloakPerson } from "./keycloak-person.ts";

/** A lab's installation: the server in production behind nginx, with Keycloak, by TLS with a private CA. */
export interface KeycloakSite {
  /** The public origin. */
  readonly origin: string;
  readonly keycloak: StartedKeycloak;
  readonly browser: Browser;
  /** A new terminal where nobody is logged in. */
  terminal(): Promise<CommandLine>;
  close(): Promise<void>;
}

const secret = "a-secret-of-the-tests";
const redirectUris = ["http://127.0.0.1/", "http://localhost/"];

/** As documented in docs/providers.md. */
const groupsMapper = {
  name: "groups",
  protocol: "openid-connect",
  protocolMapper: "oidc-group-membership-mapper",
  config: { "claim.name": "groups", "full.path": "true", "id.token.claim": "true" },
};

const clients = (origin: string) => [
  {
    clientId: "app-client",
    secret,
    redirectUris: [`${origin}/logged-in`],
    attributes: { "post.logout.redirect.uris": origin },
    protocolMappers: [groupsMapper],
  },
  {
    clientId: "cli-client",
    publicClient: true,
    redirectUris,
    attributes: { "pkce.code.challenge.method": "S256" },
    protocolMappers: [groupsMapper],
  },
];

/** The people of the realm, with their role in the group `lab`. */
export type People = Readonly<Record<string, "owners" | "editors" | "viewers" | undefined>>;

/** A realm with refresh token rotation. */
const realm = (origin: string, people: People) => ({
  realm: "lab",
  enabled: true,
  revokeRefreshToken: true,
  refreshTokenMaxReuse: 0,
  groups: [{ name: "lab", subGroups: ["owners", "editors", "viewers"].map((name) => ({ name })) }],
  users: Object.entries(people).map(([name, role]) =>
    keycloakPerson(name, "demo", { groups: role ? [`/lab/${role}`] : [] }),
  ),
  clients: clients(origin),
});

const serverEnvironment = (folder: string, origin: string, issuer: string) => ({
  ...production,
  DATA_DIR: join(folder, "data"),
  GROUPS_DATA_FILE: join(folder, "groups.json"),
  NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
  PUBLIC_ORIGIN: origin,
  OIDC_IDP_URL: issuer,
  OIDC_USERNAME_CLAIM: "preferred_username",
  OIDC_GROUPS_CLAIM: "groups",
  OAUTH2_CLIENT_ID: "app-client",
  OAUTH2_CLIENT_SECRET: secret,
  OAUTH2_CLI_CLIENT_ID: "cli-client",
  OAUTH2_CLI_CLIENT_REDIRECT_URIS: JSON.stringify(redirectUris),
});

const writeFiles = async (folder: string, certificates: Certificates): Promise<void> => {
  await writeFile(join(folder, "groups.json"), JSON.stringify([{ name: "lab", isPublic: false }]));
  await writeFile(join(folder, "ca.pem"), certificates.ca);
};

/** Opens a site with one group, `lab`, which is private; the password of all people is demo. */
export const openKeycloakSite = async (people: People): Promise<KeycloakSite> => {
  const [folder, certificates] = await Promise.all([temporaryFolder(), makeCertificates()]);
  const [port, http, https] = [await freePort(), await freePort(), await freePort()];
  const origin = `https://localhost:${https}`;
  const opened: (() => Promise<unknown>)[] = [folder.remove];
  const close = async () => {
    for (const closeOne of opened.toReversed()) await closeOne();
  };
  const register = <T extends Pick<Container, "close">>(one: T): T => {
    opened.push(one.close);
    return one;
  };
  try {
    await writeFiles(folder.path, certificates);
    const program = await installNextstrainCli();
    const keycloak = register(await startKeycloak({ realm: realm(origin, people), certificates }));
    const environment = serverEnvironment(folder.path, origin, keycloak.issuer);
    const instance = productionInstance({ port, workingFolder: folder.path, environment });
    opened.push(instance.stop);
    await instance.start();
    register(await nginxBefore({ certificates, instances: [instance, instance] }, { http, https, origin }));
    const browser = await openChromium();
    opened.push(() => browser.close());
    const ca = join(folder.path, "ca.pem");
    const terminal = async () => register(await openCommandLine({ program, ca }));
    return { origin, keycloak, browser, terminal, close };
  } catch (error) {
    await close();
    throw error;
  }
};
