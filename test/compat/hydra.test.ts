import { afterAll, beforeAll } from "vitest";
import { runningProviderContract } from "../contract/identity-provider/running-provider.contract.ts";
import { providerLogins } from "../integration/providers/provider-logins.ts";
import { openHydra } from "../support/lab-providers/hydra.ts";
import type { LabSite } from "../support/lab-providers/lab-site.ts";
import { openLabSite } from "../support/lab-providers/lab-site.ts";

let site: LabSite;
beforeAll(async () => {
  site = await openLabSite(openHydra);
});
afterAll(() => site?.close());

const traits = { renewsIdTokens: true, saysWhy: true, tellsCommandLine: true };
runningProviderContract("Ory Hydra", () => site, traits);
providerLogins("Ory Hydra", () => site, traits);
