import { startDex } from "../containers/providers/dex.ts";
import { startOpenldap } from "../containers/providers/openldap.ts";
import { approveByForm, password } from "../sessions/provider-browser.ts";
import { clients, environmentFor, type OpenLabProvider, people } from "./lab-provider.ts";

const tokenLifetime = 4;

/** Dex, with an LDAP directory of the lab's people. */
export const openDex: OpenLabProvider = async (origin) => {
  const directory = await startOpenldap(people, password);
  try {
    const dex = await startDex({
      directory,
      tokenLifetime,
      clients: [
        { id: clients.app, secret: clients.secret, redirectURIs: [`${origin}/logged-in`] },
        { id: clients.cli, public: true },
      ],
    });
    return {
      environment: environmentFor("Dex", dex.issuer),
      commandLine: { issuer: dex.issuer, id: clients.cli, redirectUri: "http://localhost:4567/" },
      tokenLifetime,
      username: (person) => `${person}@lab.example`,
      approve: approveByForm,
      logIn: async (page, person) => {
        await page.locator("#login").fill(person);
        await page.locator("#password").fill(password);
        await page.locator("#submit-login").click();
      },
      setGroups: directory.setGroups,
      stop: dex.stop,
      start: dex.start,
      close: async () => {
        await dex.close();
        await directory.close();
      },
    };
  } catch (error) {
    await directory.close();
    throw error;
  }
};
