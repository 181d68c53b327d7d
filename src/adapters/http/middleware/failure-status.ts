import type { Failure, SignInFailed } from "../../../domain/failure.ts";

/** The status code of a failure, with the headers that belong to it. */
export interface FailureStatus {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const challenge = 'Bearer realm="nextstrain.org"';

/** In seconds; many outages of stores and providers are over by then. */
const retryAfter = { "Retry-After": "5" };

/** Replaces what `error_description` may not contain: quotes, backslashes, non-ASCII (RFC 6750 section 3). */
const errorDescription = (text: string): string => text.replace(/[^\x20-\x7e]|["\\]/g, "'");

/**
 * Maps the provider's error codes (RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6): its outages are 502
 * and 503, a user's decision is 403, and all others are errors of the configuration, 500.
 */
const signInStatus = (failure: SignInFailed): number => signInStatuses.get(failure.reason) ?? 500;

const signInStatuses: ReadonlyMap<string, number> = new Map([
  ["server_error", 502],
  ["temporarily_unavailable", 503],
  ["access_denied", 403],
  ["login_required", 403],
  ["interaction_required", 403],
  ["consent_required", 403],
  ["account_selection_required", 403],
]);

type Statuses = {
  readonly [Code in Failure["code"]]: (failure: Extract<Failure, { code: Code }>) => FailureStatus;
};

const statuses: Statuses = {
  "bad-request": () => ({ status: 400 }),
  "bad-content": () => ({ status: 400 }),
  "login-required": () => ({ status: 401, headers: { "WWW-Authenticate": challenge } }),
  "bearer-required": () => ({ status: 401, headers: { "WWW-Authenticate": challenge } }),
  "invalid-token": ({ message }) => ({
    status: 401,
    headers: {
      "WWW-Authenticate": `${challenge}, error="invalid_token", error_description="${errorDescription(message)}"`,
    },
  }),
  "not-allowed": () => ({ status: 403 }),
  "cross-site": () => ({ status: 403 }),
  "not-found": () => ({ status: 404 }),
  "not-acceptable": () => ({ status: 406 }),
  conflict: () => ({ status: 409 }),
  "precondition-failed": () => ({ status: 412 }),
  "unsupported-media-type": () => ({ status: 415 }),
  // RFC 6585 section 4.
  "too-many-attempts": ({ wait }) => ({ status: 429, headers: { "Retry-After": String(Math.ceil(wait)) } }),
  "sign-in-failed": (failure) => ({ status: signInStatus(failure) }),
  "sign-in-lost": () => ({ status: 400 }),
  "provider-down": () => ({ status: 503, headers: retryAfter }),
  "store-down": () => ({ status: 503, headers: retryAfter }),
  "store-full": () => ({ status: 507 }),
  busy: () => ({ status: 503, headers: retryAfter }),
  "part-missing": () => ({ status: 503, headers: retryAfter }),
  "not-configured": () => ({ status: 503 }),
  "unusable-object": () => ({ status: 500 }),
};

/** Maps each failure of a use case to HTTP, in one table; a code without a row does not compile. */
export const failureStatus = (failure: Failure): FailureStatus =>
  (statuses[failure.code] as (failure: Failure) => FailureStatus)(failure);
