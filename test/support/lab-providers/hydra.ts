import { freePort } from "../containers/free-port.ts";
import { startHydra } from "../containers/providers/hydra.ts";
import { approveByForm, password } from "../sessions/provider-browser.ts";
import { openHydraPages } from "./hydra-pages.ts";
import { clients, environmentFor, type OpenLabProvider, people } from "./lab-provider.ts";

const tokenLifetime = 4;
const grants = ["authorization_code", "refresh_token"];

export const openHydra: OpenLabProvider = async (origin) => {
  const pages = await openHydraPages(await freePort());
  for (const [person, groups] of Object.entries(people)) pages.groups.set(person, groups);
  try {
    const hydra = await startHydra({
      pages: pages.origin,
      tokenLifetime,
      clients: [
        {
          client_id: clients.app,
          client_secret: clients.secret,
          redirect_uris: [`${origin}/logged-in`],
          grant_types: grants,
          scope: "openid offline_access",
        },
        {
          client_id: clients.cli,
          token_endpoint_auth_method: "none",
          redirect_uris: ["http://127.0.0.1/", "http://localhost/"],
          grant_types: grants,
          scope: "openid profile email offline_access",
        },
      ],
    });
    pages.admin = hydra.admin;
    return {
      environment: environmentFor("Ory Hydra", hydra.issuer),
      commandLine: { issuer: hydra.issuer, id: clients.cli, redirectUri: "http://127.0.0.1:4567/" },
      tokenLifetime,
      username: (person) => person,
      approve: approveByForm,
      logIn: async (page, person) => {
        await page.locator('input[name="username"]').fill(person);
        await page.locator('input[name="password"]').fill(password);
        await page.getByRole("button").click();
      },
      setGroups: async (person, groups) => void pages.groups.set(person, groups),
      stop: hydra.stop,
      start: hydra.start,
      close: async () => {
        await hydra.close();
        await pages.close();
      },
    };
  } catch (error) {
    await pages.close();
    throw error;
  }
};
