import { describe, expect, it } from "vitest";
import { discovery } from "../../../../src/app/usecases/identity/discovery.ts";
import { ProviderDown } from "../../../../src/domain/failure.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { fakeProvider } from "./fake-provider.ts";

const setup = (providerOrigin?: string) => {
  const identityProvider = fakeProvider(manualClock());
  const client = { cliClientId: "cli", cliRedirectUris: ["http://127.0.0.1/"] };
  const claimNames = { username: "sub", groups: "realm_access.roles", subject: "sub" };
  return {
    identityProvider,
    discover: discovery({ identityProvider, ...client, claimNames, providerOrigin }),
  };
};

describe("the discovery document", () => {
  it("is the provider's, with what the CLI has to know", async () => {
    expect(await setup().discover("https://groups.example.org")).toMatchObject({
      issuer: "https://idp.example.org",
      token_endpoint: "https://idp.example.org/token",
      nextstrain_cli_client_configuration: {
        client_id: "cli",
        application_type: "native",
        response_types: ["code"],
        grant_types: ["authorization_code"],
        redirect_uris: ["http://127.0.0.1/"],
        id_token_username_claim: "sub",
        id_token_groups_claim: "realm_access.roles",
        aws_cognito_user_pool_id: null,
      },
    });
  });

  it("names an embedded provider's endpoints under the origin that was asked, and one issuer", async () => {
    const { discover } = setup("https://idp.example.org");
    expect(await discover("https://localhost:5443")).toMatchObject({
      issuer: "https://idp.example.org",
      token_endpoint: "https://localhost:5443/token",
    });
  });

  it("cannot be had while the provider is away", async () => {
    const { identityProvider, discover } = setup();
    identityProvider.outage = new ProviderDown();
    await expect(discover("https://groups.example.org")).rejects.toThrow(ProviderDown);
  });
});
