import {
  allowInsecureRequests,
  type ClientAuth,
  Configuration,
  type CustomFetch,
  clockTolerance,
  customFetch,
} from "openid-client";
import type { JsonObject } from "../../../domain/brand.ts";
import { ProviderDown } from "../../../domain/failure.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import { type BoundedFetch, jsonBody } from "../requests/bounded-fetch.ts";
import { unlimitedClockTolerance } from "../tokens/verify-jwt.ts";

/** One request to the token endpoint (RFC 6749 section 3.2). */
export interface TokenRequest {
  readonly configuration: Configuration;
  /** The body of the response, also of one that openid-client rejects; undefined until it has been received. */
  responseBody(): JsonObject | undefined;
}

/** Statuses of 4xx that say nothing about the grant: Request Timeout, Too Early, Too Many Requests. */
const transientStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

/** Whether a response has tokens or an OAuth error (RFC 6749 section 5), for openid-client to read. */
const isOAuthResponse = (status: number): boolean =>
  status === 200 || (status >= 400 && status < 500 && !transientStatuses.has(status));

/**
 * Configures openid-client for one request. It may use plain http, since `provider-discovery.ts` has checked the URLs.
 */
export const clientConfiguration = (
  clientId: string,
  authentication: ClientAuth,
  metadata: ProviderMetadata,
): Configuration => {
  const configuration = new Configuration(
    metadata as ConstructorParameters<typeof Configuration>[0],
    clientId,
    { [clockTolerance]: unlimitedClockTolerance },
    authentication,
  );
  allowInsecureRequests(configuration);
  return configuration;
};

/** The client of a token request, and the signature algorithms that it accepts. */
export interface TokenClient {
  readonly clientId: string;
  readonly authentication: ClientAuth;
  readonly algorithms: readonly string[];
}

/**
 * Configures openid-client to check the callback, the nonce and the response's form. It accepts all of our algorithms
 * and any times, since `token-verifier.ts` verifies each id token afterwards: by our clock, and with its signature,
 * which openid-client does not check on tokens that come from the token endpoint.
 */
export const tokenRequest = (
  { clientId, authentication, algorithms }: TokenClient,
  metadata: ProviderMetadata,
  fetch: BoundedFetch,
): TokenRequest => {
  let body: JsonObject | undefined;
  const send: CustomFetch = async (url, init) => {
    const { signal: _, ...request } = init;
    const response = await fetch.send(url, request as RequestInit);
    if (!isOAuthResponse(response.status)) {
      throw new ProviderDown({
        cause: new Error(`The token endpoint answered with status ${response.status}`),
      });
    }
    body = jsonBody(response);
    return Response.json(body, { status: response.status });
  };
  const withAlgorithms = { ...metadata, id_token_signing_alg_values_supported: [...algorithms] };
  const configuration = clientConfiguration(clientId, authentication, withAlgorithms);
  configuration[customFetch] = send;
  return { configuration, responseBody: () => body };
};
