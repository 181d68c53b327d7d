import type { Seconds } from "../../domain/brand.ts";
import type { ProviderMetadata } from "../../domain/identity/provider-metadata.ts";
import type { IdentityProvider } from "../../ports/driven/identity/identity-provider.ts";
import { authorizationUrl, endSessionUrl } from "./front-channel-urls.ts";
import { redeemCode } from "./grants/authorization-code-grant.ts";
import { clientAuthentication } from "./grants/client-authentication.ts";
import { refresh } from "./grants/refresh-grant.ts";
import { revoke } from "./grants/revocation.ts";
import { tokenEndpoint, unlimitedStartTolerance } from "./grants/token-endpoint.ts";
import { asymmetricAlgorithms, type OidcOptions } from "./options.ts";
import { providerDiscovery } from "./provider-discovery.ts";
import { boundedFetch } from "./requests/bounded-fetch.ts";
import { keySet } from "./tokens/key-set.ts";
import { verifyLogoutToken } from "./tokens/logout-token.ts";
import { tokenVerifier } from "./tokens/token-verifier.ts";
import { fetchUserinfo } from "./tokens/userinfo.ts";

export interface OidcIdentityProvider extends IdentityProvider {
  /** The metadata that were last fetched, without a request; undefined before the first fetch. */
  latestMetadata(): ProviderMetadata | undefined;
  close(): Promise<void>;
}

/**
 * The old refresh token may be used up when a late response arrives: aborting the request sooner would log its owner
 * out. Requests that wait for a renewal have a shorter timeout of their own (RENEWAL_TIMEOUT).
 */
const minRefreshTimeout: Seconds = 60;

/**
 * The OpenID provider. It is first contacted when it is needed, so that the server starts during its outages. Throws
 * NotConfigured for options that can never work.
 */
export const oidcIdentityProvider = (options: OidcOptions): OidcIdentityProvider => {
  const { client, authorization = {}, cliClientId, clock, log } = options;
  const { algorithms = asymmetricAlgorithms, timeout = 10 } = options;
  const { start: loginTolerance = 5, end = 0 } = options.tolerance ?? {};
  const { untrustedInterval: untrusted = 6, trustedInterval: trusted = 1 } = options.keys ?? {};

  const refreshTimeout = Math.max(timeout, minRefreshTimeout);
  const [fetch, refreshFetch] = [boundedFetch(timeout), boundedFetch(refreshTimeout)];
  const discovery = providerDiscovery(options, fetch);
  const keys = keySet({ intervals: { trusted, untrusted }, fetch, clock, log });
  const authentication = clientAuthentication(client);
  const verifier = tokenVerifier(algorithms, keys, discovery);
  const { get: metadata } = discovery;
  const tolerance = { start: loginTolerance, end };
  const endpointOptions = { client, algorithms, clock, tolerance };
  const parts = { metadata, authentication, verifier };
  const endpoint = tokenEndpoint({ ...endpointOptions, timeout }, { ...parts, fetch });
  const refreshOptions = { ...endpointOptions, timeout: refreshTimeout };
  const refreshEndpoint = tokenEndpoint(refreshOptions, { ...parts, fetch: refreshFetch });

  return {
    metadata,
    latestMetadata: discovery.latest,
    authorizationUrl: async (attempt) =>
      authorizationUrl(client.id, await metadata(), authorization, attempt),
    redeemCode: (attempt, query) => redeemCode(endpoint, attempt, query),
    refresh: (tokens) => refresh(refreshEndpoint, tokens),
    userinfo: async (tokens, subject) => fetchUserinfo(client.id, await metadata(), fetch, tokens, subject),
    verify(token, audience) {
      const now = clock.now();
      const app = { clientId: client.id, now, startTolerance: unlimitedStartTolerance, endTolerance: 0 };
      const cli = { clientId: cliClientId, now, startTolerance: loginTolerance, endTolerance: end };
      return audience === "app"
        ? verifier.verify(token, app, "trusted")
        : verifier.verify(token, cli, "untrusted");
    },
    endSessionUrl: async (returnTo, idToken) => endSessionUrl(client.id, await metadata(), returnTo, idToken),
    revoke: async (tokens) => revoke(client.id, authentication, await metadata(), fetch, tokens),
    verifyLogout: async (logoutToken) => {
      const expected = { clientId: client.id, algorithms, now: clock.now(), startTolerance: loginTolerance };
      return verifyLogoutToken(logoutToken, expected, keys, await metadata());
    },
    async ready() {
      await keys.get((await metadata()).jwks_uri);
    },
    async close() {
      fetch.close();
      refreshFetch.close();
      keys.close();
    },
  };
};
