import { oidcIdentityProvider } from "../../../src/adapters/oidc/identity-provider.ts";
import type { OidcOptions } from "../../../src/adapters/oidc/options.ts";
import { home } from "../../../src/domain/sessions/return-path.ts";
import type { VerifiedTokens } from "../../../src/ports/driven/identity/identity-provider.ts";
import type { LogEvent } from "../../../src/ports/driven/system/log.ts";
import { type StubProvider, stubProvider } from "../../support/stub-provider/stub-provider.ts";
import type { StubOptions } from "../../support/stub-provider/stub-state.ts";

export const attempt = {
  state: "the-state",
  nonce: "the-nonce",
  codeVerifier: "a-verifier-of-43-characters-0123456789-abcd",
  redirectUri: "http://127.0.0.1:5000/logged-in",
  returnTo: home,
  begun: 0,
};

/** A stub and the adapter that is configured for it, with one clock; they are closed together. */
export const startProvider = async (
  options: (stub: StubProvider) => Partial<OidcOptions> = () => ({}),
  stubOptions: StubOptions = {},
  start = 1_800_000_000,
) => {
  let now = start;
  const events: LogEvent[] = [];
  const stub = await stubProvider({ now: () => now, ...stubOptions });
  const { app, cli } = stub.state.options.clients;
  const provider = oidcIdentityProvider({
    idpUrl: stub.issuer,
    client: app,
    cliClientId: cli.id,
    timeout: 5,
    clock: { now: () => now },
    log: { write: (event) => events.push(event) },
    ...options(stub),
  });
  return {
    stub,
    provider,
    events,
    advanceClock: (seconds: number) => {
      now += seconds;
    },
    logIn: async (): Promise<VerifiedTokens> =>
      provider.redeemCode(attempt, await stub.logIn(await provider.authorizationUrl(attempt))),
    [Symbol.asyncDispose]: async () => {
      await provider.close();
      await stub.close();
    },
  };
};
