import type { Page } from "playwright-core";
import type { Container } from "../containers/container.ts";
import type { Memberships } from "../containers/providers/openldap.ts";
import { documentedSettings } from "../documentation/documented-providers.ts";
import type { Approval, CommandLineClient } from "../sessions/provider-browser.ts";

/** A real provider, set up as documented in docs/providers.md. */
export interface LabProvider extends Pick<Container, "stop" | "start" | "close"> {
  /** The operator's settings: those of docs/providers.md, and the clients. */
  readonly environment: Readonly<Record<string, string>>;
  readonly commandLine: CommandLineClient;
  /** Of id tokens, in seconds. */
  readonly tokenLifetime: number;
  /** The username claim of a person. */
  username(person: string): string;
  readonly approve: Approval;
  /** Logs in a person on the provider's pages, in a real browser. */
  logIn(page: Page, person: string): Promise<void>;
  setGroups(person: string, groups: readonly string[]): Promise<void>;
}

export type OpenLabProvider = (origin: string) => Promise<LabProvider>;

export const people: Memberships = {
  vera: ["test-private/viewers"],
  olga: ["test-private/owners"],
  nora: [],
};

export const clients = { app: "app-client", secret: "a-secret-of-the-tests", cli: "cli-client" };

export const environmentFor = (row: string, issuer: string): Readonly<Record<string, string>> => ({
  ...documentedSettings(row),
  OIDC_IDP_URL: issuer,
  OAUTH2_CLIENT_ID: clients.app,
  OAUTH2_CLIENT_SECRET: clients.secret,
  OAUTH2_CLI_CLIENT_ID: clients.cli,
});
