import type { ProviderMetadata } from "../../domain/provider-metadata.ts";
import type { IdentityProvider } from "../../ports/driven/identity-provider.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { authorizationUrl, endSessionUrl } from "./browser-address.ts";
import { redeemCode } from "./code-grant.ts";
import type { Conversation } from "./conversation.ts";
import { keySet } from "./key-set.ts";
import { verifyLogoutToken } from "./logout-token.ts";
import { asymmetricAlgorithms, type OidcOptions } from "./options.ts";
import { providerDescription } from "./provider-description.ts";
import { refresh } from "./refresh-grant.ts";
import { revoke } from "./revocation.ts";
import { tokenEndpoint } from "./token-endpoint.ts";
import { tokenVerifier } from "./token-verifier.ts";

/**
 * A session's tokens came from the provider itself, and were judged at the login. An instance whose clock has
 * fallen behind since must not take them for not yet valid, and log everybody out.
 */
const anyStart = Number.POSITIVE_INFINITY;

export interface OidcIdentityProvider extends IdentityProvider {
  /** The metadata as they were last needed; undefined before that. Asks nobody. */
  knownMetadata(): ProviderMetadata | undefined;
  close(): Promise<void>;
}

/**
 * The lab's provider, spoken to by OpenID Connect. Nothing is fetched before the first need, so the server
 * starts while the provider is away. Throws NotConfigured for options that can never work.
 */
export const oidcIdentityProvider = (options: OidcOptions): OidcIdentityProvider => {
  const { client, cliClientId, clock, log, algorithms = asymmetricAlgorithms, timeout = 10 } = options;
  const { start: loginTolerance = 5, end = 0 } = options.tolerance ?? {};
  const { strangerInterval = 30, ownInterval = 1 } = options.keys ?? {};

  const fetch = boundedFetch(timeout);
  const description = providerDescription(options, fetch);
  const metadata = description.get;
  const keys = keySet({ intervals: { stranger: strangerInterval, own: ownInterval }, fetch, clock, log });
  const verifier = tokenVerifier(algorithms, keys, description);

  const conversation: Conversation = {
    endpoint: async () => tokenEndpoint(client, algorithms, await metadata(), fetch),
    now: () => clock.now(),
    verifyAnswer(idToken, asked, to) {
      const now = clock.now();
      const startTolerance = to === "login" ? loginTolerance : anyStart;
      const endTolerance = end + Math.min(Math.max(0, now - asked), timeout);
      return verifier.verify({ idToken }, { clientId: client.id, now, startTolerance, endTolerance }, "own");
    },
  };

  return {
    metadata,
    knownMetadata: description.known,
    authorizationUrl: async (attempt) =>
      authorizationUrl(await conversation.endpoint(), await metadata(), attempt),
    redeemCode: (attempt, query) => redeemCode(conversation, attempt, query),
    refresh: (tokens) => refresh(conversation, tokens),
    verify(token, audience) {
      const now = clock.now();
      return audience === "app"
        ? verifier.verify(
            token,
            { clientId: client.id, now, startTolerance: anyStart, endTolerance: 0 },
            "own",
          )
        : verifier.verify(
            token,
            { clientId: cliClientId, now, startTolerance: loginTolerance, endTolerance: end },
            "stranger",
          );
    },
    endSessionUrl: async (returnTo, idToken) =>
      endSessionUrl(await conversation.endpoint(), returnTo, idToken),
    revoke: async (tokens) => revoke(client, await metadata(), fetch, tokens),
    verifyLogout: async (logoutToken) => {
      const expected = { clientId: client.id, algorithms, now: clock.now(), startTolerance: loginTolerance };
      return verifyLogoutToken(logoutToken, expected, keys, await metadata());
    },
    async ready() {
      await keys.keys((await metadata()).jwks_uri);
    },
    async close() {
      fetch.close();
      keys.close();
    },
  };
};
