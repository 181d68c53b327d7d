import { oidcIdentityProvider } from "../../../src/adapters/oidc/identity-provider.ts";
import { stubProvider } from "../../support/stub-provider/stub-provider.ts";
import { type Harness, identityProviderContract } from "./identity-provider.contract.ts";

const oidc = async (timeout: number): Promise<Harness> => {
  let now = 1_800_000_000;
  const stub = await stubProvider({ now: () => now });
  const { app, cli } = stub.state.options.clients;
  const provider = oidcIdentityProvider({
    idpUrl: stub.issuer,
    client: app,
    cliClientId: cli.id,
    timeout,
    keys: { trustedInterval: 0.01 },
    clock: { now: () => now },
    log: { write: () => undefined },
  });
  return {
    provider,
    stub,
    passSeconds: (seconds) => {
      now += seconds;
    },
    close: async () => {
      await provider.close();
      await stub.close();
    },
  };
};

for (const [adapter, open] of Object.entries({ oidc })) identityProviderContract(adapter, open);
