import { afterAll, beforeAll } from "vitest";
import { runningProviderContract } from "../../contract/identity-provider/running-provider.contract.ts";
import { openGlewlwyd } from "../../support/lab-providers/glewlwyd.ts";
import type { LabSite } from "../../support/lab-providers/lab-site.ts";
import { openLabSite } from "../../support/lab-providers/lab-site.ts";
import { providerLogins } from "./provider-logins.ts";

let site: LabSite;
beforeAll(async () => {
  site = await openLabSite(openGlewlwyd);
});
afterAll(() => site?.close());

const traits = { renewsIdTokens: false, saysWhy: false, tellsCommandLine: true };
runningProviderContract("Glewlwyd", () => site, traits);
providerLogins("Glewlwyd", () => site, traits);
