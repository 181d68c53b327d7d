import type { Certificates } from "../certificates.ts";
import type { Container } from "../container.ts";
import { startContainer } from "../container.ts";
import { freePort } from "../free-port.ts";

export interface KeycloakSettings {
  /** A realm as Keycloak exports it; its field `realm` is the name. */
  readonly realm: { readonly realm: string; readonly [field: string]: unknown };
  /** With these, its issuer is an https URL; default: http. */
  readonly certificates?: Certificates;
}

export interface StartedKeycloak extends Container {
  /** The origin of the admin API, by http. */
  readonly origin: string;
  /** The realm's issuer. */
  readonly issuer: string;
  readonly admin: { readonly username: string; readonly password: string };
}

const admin = { username: "admin", password: "an-admin-password-of-the-tests" };

const respondsOk = async (url: string): Promise<void> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`Keycloak answers ${answer.status}.`);
};

const folder = "/opt/keycloak/data";

/** Keycloak's issuer has the scheme, host and port of the request. */
const httpsSettings = async (certificates: Certificates) => {
  const port = await freePort();
  return {
    origin: `https://127.0.0.1:${port}`,
    command: [
      `--https-port=${port}`,
      `--https-certificate-file=${folder}/certificate.pem`,
      `--https-certificate-key-file=${folder}/key.pem`,
    ],
    files: [
      { path: `${folder}/certificate.pem`, content: certificates.certificate },
      { path: `${folder}/key.pem`, content: certificates.key },
    ],
  };
};

/** Starts Keycloak with one realm, on 127.0.0.1. */
export const startKeycloak = async ({ realm, certificates }: KeycloakSettings): Promise<StartedKeycloak> => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const https = certificates && (await httpsSettings(certificates));
  const realmPath = `/realms/${realm.realm}`;
  const container = await startContainer({
    image: "keycloak",
    command: [
      "start",
      "--optimized",
      "--cache=local",
      "--http-enabled=true",
      "--hostname-strict=false",
      "--http-host=127.0.0.1",
      `--http-port=${port}`,
      ...(https?.command ?? []),
      "--import-realm",
    ],
    environment: {
      KC_BOOTSTRAP_ADMIN_USERNAME: admin.username,
      KC_BOOTSTRAP_ADMIN_PASSWORD: admin.password,
    },
    files: [{ path: `${folder}/import/realm.json`, content: JSON.stringify(realm) }, ...(https?.files ?? [])],
    healthCheck: () => respondsOk(`${origin}${realmPath}/.well-known/openid-configuration`),
  });
  return { ...container, origin, issuer: `${https?.origin ?? origin}${realmPath}`, admin };
};
