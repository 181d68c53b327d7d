import { startGlewlwyd } from "../containers/providers/glewlwyd.ts";
import { documentedSettings } from "../documentation/documented-providers.ts";
import type { Approval, ProviderVisit } from "../sessions/provider-browser.ts";
import { password } from "../sessions/provider-browser.ts";
import { clients, environmentFor, type OpenLabProvider, people } from "./lab-provider.ts";

const tokenLifetime = 4;

/** Does what the script of Glewlwyd's login page does: logs in, and grants the scopes that exist. */
const throughLoginPage = async (visit: ProviderVisit, page: URL, username: string): Promise<Response> => {
  const send = async (method: string, path: string, body?: object) => {
    const answer = await visit(new URL(path, page).href, {
      method,
      headers: { "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`Glewlwyd answered ${answer.status} to ${method} ${path}`);
    return answer;
  };
  await send("POST", "/api/auth", { username, password });
  const { client_id: client, scope = "", callback_url: url = "" } = Object.fromEntries(page.searchParams);
  const answer = await send("GET", `/api/auth/grant/${client}/${encodeURIComponent(scope)}`);
  const scopes = ((await answer.json()) as { scope: { name: string }[] }).scope.map(({ name }) => name);
  await send("PUT", `/api/auth/grant/${client}`, { scope: scopes.join(" ") });
  return visit(`${url}&g_continue`);
};

const approve: Approval = async (visit, url, username) => {
  const redirectUri = new URL(url).searchParams.get("redirect_uri") ?? "";
  let answer = await visit(url);
  for (let step = 0; step < 3; step++) {
    const location = new URL(answer.headers.get("location") ?? "", url);
    if (location.href.startsWith(redirectUri)) return location;
    answer = await throughLoginPage(visit, location, username);
  }
  throw new Error(`Glewlwyd lets ${username} not log in: ${answer.status}`);
};

export const openGlewlwyd: OpenLabProvider = async (origin) => {
  const documented = documentedSettings("Glewlwyd");
  const glewlwyd = await startGlewlwyd({
    people,
    password,
    tokenLifetime,
    clients: [
      {
        client_id: clients.app,
        client_secret: clients.secret,
        redirect_uri: [`${origin}/logged-in`],
        authorization_type: ["code", "refresh_token"],
      },
      {
        client_id: clients.cli,
        redirect_uri: JSON.parse(documented["OAUTH2_CLI_CLIENT_REDIRECT_URIS"] ?? "[]") as string[],
        authorization_type: ["code"],
      },
    ],
  });
  return {
    environment: environmentFor("Glewlwyd", glewlwyd.issuer),
    commandLine: { issuer: glewlwyd.issuer, id: clients.cli, redirectUri: "http://localhost:4567/" },
    tokenLifetime,
    username: (person) => person,
    approve,
    logIn: async (page, person) => {
      await page.locator("#username").fill(person);
      await page.locator("#password").fill(password);
      await page.locator("#password").press("Enter");
      const continueButton = page.getByRole("button", { name: "Continue" });
      await continueButton.waitFor();
      const profile = page.locator("#grant-profile");
      if (await profile.isVisible()) {
        await profile.check();
        await page.getByRole("button", { name: "Grant access" }).click();
      }
      await continueButton.click();
    },
    setGroups: glewlwyd.setGroups,
    stop: glewlwyd.stop,
    start: glewlwyd.start,
    close: glewlwyd.close,
  };
};
