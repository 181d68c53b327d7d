import {
  AuthorizationResponseError,
  allowInsecureRequests,
  type ClientAuth,
  ClientError,
  Configuration,
  type CustomFetch,
  clockTolerance,
  customFetch,
  ResponseBodyError,
} from "openid-client";
import type { JsonObject } from "../../../domain/brand.ts";
import { ProviderDown, SignInFailed } from "../../../domain/failure.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import { sanitizeText } from "../../../domain/sanitize-text.ts";
import { type BoundedFetch, jsonObject } from "../requests/bounded-fetch.ts";

/** One conversation with the token endpoint. */
export interface TokenEndpoint {
  readonly configuration: Configuration;
  /** The answer as it came, once it has. */
  answer(): JsonObject | undefined;
}

/** A name for an answer that openid-client is to judge: tokens, or an OAuth error (RFC 6749 section 5). */
const isVerdict = (status: number): boolean =>
  status === 200 || (status >= 400 && status < 500 && !transient.has(status));

/** 4xx that say nothing about the grant: time-out, too early, too many requests. */
const transient: ReadonlySet<number> = new Set([408, 425, 429]);

/** openid-client, for one request; where plain http may go is decided in `provider-description.ts`. */
export const configurationFor = (
  clientId: string,
  authentication: ClientAuth,
  metadata: ProviderMetadata,
): Configuration => {
  const configuration = new Configuration(
    metadata as ConstructorParameters<typeof Configuration>[0],
    clientId,
    { [clockTolerance]: 2 ** 40 },
    authentication,
  );
  allowInsecureRequests(configuration);
  return configuration;
};

/** Who asks for tokens, and how they may be signed. */
export interface TokenClient {
  readonly clientId: string;
  readonly authentication: ClientAuth;
  readonly algorithms: readonly string[];
}

/**
 * openid-client, set up for one request. It checks the callback, the nonce and the answer's form. It is told to
 * accept every algorithm of ours and any time, since `token-verifier.ts` judges each id token afterwards, with our
 * clock, and with its signature, which openid-client does not check on tokens that come straight from the provider.
 */
export const tokenEndpoint = (
  { clientId, authentication, algorithms }: TokenClient,
  metadata: ProviderMetadata,
  fetch: BoundedFetch,
): TokenEndpoint => {
  let answer: JsonObject | undefined;
  const send: CustomFetch = async (url, init) => {
    const { signal: _, ...request } = init;
    const received = await fetch.send(url, request as RequestInit);
    if (!isVerdict(received.status)) {
      throw new ProviderDown({
        cause: new Error(`The token endpoint answered with status ${received.status}`),
      });
    }
    answer = jsonObject(received);
    return Response.json(answer, { status: received.status });
  };
  const ours = { ...metadata, id_token_signing_alg_values_supported: [...algorithms] };
  const configuration = configurationFor(clientId, authentication, ours);
  configuration[customFetch] = send;
  return { configuration, answer: () => answer };
};

/** The library's error without its causes, which hold whole answers, tokens included. */
const withoutAnswer = (error: ClientError): Error => {
  const { message } = error.cause instanceof Error ? error.cause : error;
  return new Error(`${error.code ?? error.name}: ${message}`);
};

const describe = (error: {
  readonly error: string;
  readonly error_description?: string | undefined;
}): Error =>
  new Error(
    `The provider answered ${JSON.stringify(sanitizeText(error.error, 100))}: ${sanitizeText(error.error_description ?? "no description", 300)}`,
  );

/**
 * The answers by which a provider says that this refresh token renews nothing any more: that it is no longer good
 * (RFC 6749 section 5.2), or that the person has to come in person (OpenID Connect Core section 3.1.2.6), as
 * Microsoft Entra ID says at renewals.
 */
const refusals: ReadonlySet<string> = new Set([
  "invalid_grant",
  "interaction_required",
  "login_required",
  "consent_required",
  "account_selection_required",
]);

/**
 * Dex says `invalid_request` for this, as for every mistake of a client's; only its own sentences
 * (`server/refreshhandlers.go`) tell that the refresh token is what is wrong.
 */
const refusalsOfDex: ReadonlySet<string> = new Set([
  "Refresh token is invalid or has already been claimed by another client.",
  "Refresh token expired.",
]);

/** RFC 6749 names status 400. Auth0 says `invalid_grant` with 403: the words decide, whatever status of 4xx they have. */
export const isRefused = (error: unknown): boolean => {
  if (!(error instanceof ResponseBodyError)) return false;
  if (error.error === "invalid_grant") return true;
  const description = error.error_description ?? "";
  return (
    error.status === 400 &&
    (refusals.has(error.error) || (error.error === "invalid_request" && refusalsOfDex.has(description)))
  );
};

/** Whether the provider's answer was understood, but its content is not as it should be. */
export const isComplaint = (error: unknown): boolean =>
  error instanceof ClientError && !(error.cause instanceof ProviderDown);

/** What an error of openid-client's means for a renewal that was not refused. */
export const renewalFailure = (error: unknown): unknown => {
  if (error instanceof ResponseBodyError) return new ProviderDown({ cause: describe(error) });
  if (!(error instanceof ClientError)) return error;
  return error.cause instanceof ProviderDown
    ? error.cause
    : new ProviderDown({ cause: withoutAnswer(error) });
};

/** What an error of openid-client's means for a login. */
export const signInFailure = (error: unknown): unknown => {
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    const providerError = { error: error.error, description: error.error_description };
    return new SignInFailed(error.error, { providerError, cause: describe(error) });
  }
  if (!(error instanceof ClientError)) return error;
  if (error.cause instanceof ProviderDown) return error.cause;
  const cause = withoutAnswer(error);
  return new SignInFailed(cause.message, { cause });
};
