import type { StartedKeycloak } from "../containers/providers/keycloak.ts";
import type { RunningServer } from "../server/running-server.ts";
import type { ProviderBrowser } from "../sessions/provider-browser.ts";
import { approveByForm, providerBrowser, tokenOfCommandLine } from "../sessions/provider-browser.ts";

export { password } from "../sessions/provider-browser.ts";

export type KeycloakBrowser = ProviderBrowser;

export const keycloakBrowser = (server: RunningServer): KeycloakBrowser =>
  providerBrowser(server, approveByForm);

export const commandLineToken = ({ issuer }: StartedKeycloak, username: string): Promise<string> => {
  const redirectUri = "http://127.0.0.1:9999/";
  const client = { issuer, id: "cli-client", redirectUri, scope: "openid profile" };
  return tokenOfCommandLine(client, approveByForm, username);
};

/** Sends a request to the admin API of the realm `lab`. */
export const administer = async (
  { origin, admin }: StartedKeycloak,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> => {
  const form = { grant_type: "password", client_id: "admin-cli", ...admin };
  const granted = await fetch(`${origin}/realms/master/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const answer = await fetch(`${origin}/admin/realms/lab${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`Keycloak answered ${answer.status} to ${method} ${path}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
};
