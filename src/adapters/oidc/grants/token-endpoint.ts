import type { Seconds } from "../../../domain/brand.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import type { Verification } from "../../../ports/driven/identity/identity-provider.ts";
import type { OidcOptions } from "../options.ts";
import type { BoundedFetch } from "../requests/bounded-fetch.ts";
import type { TokenVerifier } from "../tokens/token-verifier.ts";
import type { ClientAuthentication } from "./client-authentication.ts";
import { type TokenRequest, tokenRequest } from "./token-request.ts";

/** The provider's token endpoint (RFC 6749 section 3.2), and the verification of the id tokens that it issues. */
export interface TokenEndpoint {
  /**
   * Sends a grant; once more with the other client authentication where the provider rejects the first. Throws
   * ProviderDown, and openid-client's errors.
   */
  send<T>(grant: (request: TokenRequest) => Promise<T>): Promise<T>;
  now(): Seconds;
  /**
   * Verifies an id token that was requested at `requestedAt`. One that has expired since then is accepted, and
   * renewed at its next use.
   */
  verifyIdToken(idToken: string, requestedAt: Seconds, purpose: "login" | "renewal"): Promise<Verification>;
}

/**
 * A session's tokens came from the provider itself, and were verified at the login. An instance whose clock has fallen
 * behind since must not find them not yet valid, and log everybody out.
 */
export const unlimitedStartTolerance = Number.POSITIVE_INFINITY;

type TokenEndpointOptions = Required<Pick<OidcOptions, "client" | "algorithms" | "timeout" | "clock">> & {
  readonly tolerance: { readonly start: Seconds; readonly end: Seconds };
};

interface TokenEndpointParts {
  readonly metadata: () => Promise<ProviderMetadata>;
  readonly authentication: ClientAuthentication;
  readonly verifier: TokenVerifier;
  readonly fetch: BoundedFetch;
}

export const tokenEndpoint = (options: TokenEndpointOptions, parts: TokenEndpointParts): TokenEndpoint => {
  const { client, algorithms, timeout, tolerance, clock } = options;
  const { metadata: getMetadata, authentication, verifier, fetch } = parts;
  return {
    async send(grant) {
      const metadata = await getMetadata();
      return authentication.request("token", metadata, (clientAuth) =>
        grant(tokenRequest({ clientId: client.id, algorithms, authentication: clientAuth }, metadata, fetch)),
      );
    },
    now: () => clock.now(),
    verifyIdToken(idToken, requestedAt, purpose) {
      const now = clock.now();
      const startTolerance = purpose === "login" ? tolerance.start : unlimitedStartTolerance;
      const endTolerance = tolerance.end + Math.min(Math.max(0, now - requestedAt), timeout);
      const expected = { clientId: client.id, now, startTolerance, endTolerance };
      return verifier.verify({ idToken }, expected, "trusted");
    },
  };
};
