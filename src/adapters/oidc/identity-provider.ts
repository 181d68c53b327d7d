import type { Seconds } from "../../domain/brand.ts";
import type { ProviderMetadata } from "../../domain/identity/provider-metadata.ts";
import type { IdentityProvider } from "../../ports/driven/identity/identity-provider.ts";
import { authorizationUrl, endSessionUrl } from "./browser-address.ts";
import { clientAuthentication } from "./grants/client-authentication.ts";
import { redeemCode } from "./grants/code-grant.ts";
import { refresh } from "./grants/refresh-grant.ts";
import { revoke } from "./grants/revocation.ts";
import { asymmetricAlgorithms, type OidcOptions } from "./options.ts";
import { providerDescription } from "./provider-description.ts";
import { boundedFetch } from "./requests/bounded-fetch.ts";
import { anyStart, conversationWith } from "./requests/conversation.ts";
import { keySet } from "./tokens/key-set.ts";
import { verifyLogoutToken } from "./tokens/logout-token.ts";
import { tokenVerifier } from "./tokens/token-verifier.ts";
import { askUserinfo } from "./tokens/userinfo.ts";

export interface OidcIdentityProvider extends IdentityProvider {
  /** The metadata as they were last needed; undefined before that. Asks nobody. */
  knownMetadata(): ProviderMetadata | undefined;
  close(): Promise<void>;
}

/**
 * A refresh token may be used up when its answer comes late: to give up sooner would log its owner out. Requests that
 * wait for a renewal have a shorter time limit of their own (RENEWAL_TIMEOUT).
 */
const longestRefresh: Seconds = 60;

/**
 * The lab's provider, spoken to by OpenID Connect. Nothing is fetched before the first need, so the server
 * starts while the provider is away. Throws NotConfigured for options that can never work.
 */
export const oidcIdentityProvider = (options: OidcOptions): OidcIdentityProvider => {
  const { client, authorization = {}, cliClientId, clock, log } = options;
  const { algorithms = asymmetricAlgorithms, timeout = 10 } = options;
  const { start: loginTolerance = 5, end = 0 } = options.tolerance ?? {};
  const { strangerInterval = 6, ownInterval = 1 } = options.keys ?? {};

  const refreshTimeout = Math.max(timeout, longestRefresh);
  const [fetch, patientFetch] = [boundedFetch(timeout), boundedFetch(refreshTimeout)];
  const description = providerDescription(options, fetch);
  const keys = keySet({ intervals: { stranger: strangerInterval, own: ownInterval }, fetch, clock, log });
  const authentication = clientAuthentication(client);
  const verifier = tokenVerifier(algorithms, keys, description);
  const { get: metadata } = description;
  const rules = { ...options, algorithms, tolerance: { start: loginTolerance, end } };
  const parts = { metadata, authentication, verifier };
  const conversation = conversationWith({ ...rules, timeout }, { ...parts, fetch });
  const renewing = conversationWith({ ...rules, timeout: refreshTimeout }, { ...parts, fetch: patientFetch });

  return {
    metadata,
    knownMetadata: description.known,
    authorizationUrl: async (attempt) =>
      authorizationUrl(client.id, await metadata(), authorization, attempt),
    redeemCode: (attempt, query) => redeemCode(conversation, attempt, query),
    refresh: (tokens) => refresh(renewing, tokens),
    userinfo: async (tokens, subject) => askUserinfo(client.id, await metadata(), fetch, tokens, subject),
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
    endSessionUrl: async (returnTo, idToken) => endSessionUrl(client.id, await metadata(), returnTo, idToken),
    revoke: async (tokens) => revoke(client.id, authentication, await metadata(), fetch, tokens),
    verifyLogout: async (logoutToken) => {
      const expected = { clientId: client.id, algorithms, now: clock.now(), startTolerance: loginTolerance };
      return verifyLogoutToken(logoutToken, expected, keys, await metadata());
    },
    async ready() {
      await keys.keys((await metadata()).jwks_uri);
    },
    async close() {
      fetch.close();
      patientFetch.close();
      keys.close();
    },
  };
};
