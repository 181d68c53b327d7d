import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settings } from "../../../src/app/config/settings.ts";
import { documentedProviders, documentedSettings } from "../../support/documentation/documented-providers.ts";
import { provider, surroundings } from "../surroundings.ts";

const documented = documentedProviders();

it("The documentation has a row for each provider that we know how to set up", () => {
  expect(documented.map(({ name }) => name)).toEqual([
    "Keycloak, groups",
    "Keycloak, realm roles",
    "Amazon Cognito",
    "Microsoft Entra ID",
    "Dex",
    "Glewlwyd",
    "LemonLDAP::NG",
    "Ory Hydra",
    "Okta",
    "Google",
    "Zitadel",
  ]);
  for (const { testedWith } of documented) {
    expect(testedWith).toMatch(/^(itself(, 20\d\d-\d\d-\d\d)?|its documentation)$/);
  }
});

describe.each(documented)("the documented settings of $name", ({ name }) => {
  let s: Awaited<ReturnType<typeof surroundings>>;
  beforeAll(async () => {
    s = await surroundings();
  });
  afterAll(() => s.remove());

  it("are settings, and start a server as they stand, but for the words to be replaced", async () => {
    const words = [
      "host",
      "realm",
      "region",
      "pool",
      "domain",
      "tenant",
      "portal",
      "organisation",
      "server",
      "instance",
    ];
    const filled = documentedSettings(name, Object.fromEntries(words.map((word) => [word, "lab"])));
    for (const setting of Object.keys(filled)) expect(settings).toHaveProperty(setting);
    expect(Object.values(filled).join(" ")).not.toMatch(/[<>]/);
    const read = await s.read({ ...provider, ...filled });
    expect(read.provider.kind).toBe("external");
  });
});
