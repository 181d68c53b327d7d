import { AuthorizationResponseError, ClientError, ResponseBodyError } from "openid-client";
import { ProviderDown, SignInFailed } from "../../../domain/failure.ts";
import { sanitizeText } from "../../../domain/sanitize-text.ts";

/** openid-client's error without its causes, which hold whole responses, tokens included. */
const withoutResponse = (error: ClientError): Error => {
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
 * The error codes by which a provider says that a refresh token is no longer valid (RFC 6749 section 5.2), or that the
 * person has to log in interactively (OpenID Connect Core section 3.1.2.6), as Microsoft Entra ID does at refresh
 * grants.
 */
const rejectionCodes: ReadonlySet<string> = new Set([
  "invalid_grant",
  "interaction_required",
  "login_required",
  "consent_required",
  "account_selection_required",
]);

/**
 * Dex answers `invalid_request`, as for every other fault of a client; only these descriptions
 * (`server/refreshhandlers.go`) say that the refresh token is invalid.
 */
const dexRejections: ReadonlySet<string> = new Set([
  "Refresh token is invalid or has already been claimed by another client.",
  "Refresh token expired.",
]);

/**
 * Whether the provider has rejected the refresh token, which ends the login. RFC 6749 prescribes status 400, but Auth0
 * sends `invalid_grant` with 403: that code decides with any status of 4xx.
 */
export const isRefreshTokenRejected = (error: unknown): boolean => {
  if (!(error instanceof ResponseBodyError)) return false;
  if (error.error === "invalid_grant") return true;
  const description = error.error_description ?? "";
  return (
    error.status === 400 &&
    (rejectionCodes.has(error.error) || (error.error === "invalid_request" && dexRejections.has(description)))
  );
};

/** Whether the provider's response could be read, but openid-client rejected its content. */
export const isInvalidResponse = (error: unknown): boolean =>
  error instanceof ClientError && !(error.cause instanceof ProviderDown);

/** Turns an error of openid-client's into ProviderDown; other errors stay as they are. */
export const providerFailure = (error: unknown): unknown => {
  if (error instanceof ResponseBodyError) return new ProviderDown({ cause: describe(error) });
  if (!(error instanceof ClientError)) return error;
  return error.cause instanceof ProviderDown
    ? error.cause
    : new ProviderDown({ cause: withoutResponse(error) });
};

/** Turns an error of openid-client's at a login into SignInFailed, or ProviderDown; other errors stay as they are. */
export const signInFailure = (error: unknown): unknown => {
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    const providerError = { error: error.error, description: error.error_description };
    return new SignInFailed(error.error, { providerError, cause: describe(error) });
  }
  if (!(error instanceof ClientError)) return error;
  if (error.cause instanceof ProviderDown) return error.cause;
  const cause = withoutResponse(error);
  return new SignInFailed(cause.message, { cause });
};
