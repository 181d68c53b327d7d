import { afterAll, beforeAll } from "vitest";
import { runningProviderContract } from "../../contract/identity-provider/running-provider.contract.ts";
import { openDex } from "../../support/lab-providers/dex.ts";
import type { LabSite } from "../../support/lab-providers/lab-site.ts";
import { openLabSite } from "../../support/lab-providers/lab-site.ts";
import { providerLogins } from "./provider-logins.ts";

let site: LabSite;
beforeAll(async () => {
  site = await openLabSite(openDex);
});
afterAll(() => site?.close());

const traits = { renewsIdTokens: true, saysWhy: true, tellsCommandLine: false };
runningProviderContract("Dex", () => site, traits);
providerLogins("Dex", () => site, traits);
