import type { Container } from "./container.ts";
import { startContainer } from "./container.ts";
import { freePort } from "./free-port.ts";

export interface KeycloakSettings {
  /** A realm's whole description, as Keycloak exports it; its field `realm` is the name. */
  readonly realm: { readonly realm: string; readonly [field: string]: unknown };
}

export interface StartedKeycloak extends Container {
  readonly origin: string;
  /** The realm's issuer. */
  readonly issuer: string;
  readonly admin: { readonly username: string; readonly password: string };
}

const admin = { username: "admin", password: "an-admin-password-of-the-tests" };

const isThere = async (url: string): Promise<void> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`Keycloak answers ${answer.status}.`);
};

/** Starts Keycloak with one realm, by plain http on 127.0.0.1. */
export const startKeycloak = async ({ realm }: KeycloakSettings): Promise<StartedKeycloak> => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const issuer = `${origin}/realms/${realm.realm}`;
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
      "--import-realm",
    ],
    environment: {
      KC_BOOTSTRAP_ADMIN_USERNAME: admin.username,
      KC_BOOTSTRAP_ADMIN_PASSWORD: admin.password,
    },
    files: [{ path: "/opt/keycloak/data/import/realm.json", content: JSON.stringify(realm) }],
    answers: () => isThere(`${issuer}/.well-known/openid-configuration`),
  });
  return { ...container, origin, issuer, admin };
};
