import type { Failure, SignInFailed } from "../../../domain/failure.ts";

/** How a failure looks from outside. */
export interface FailureAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const realm = 'Bearer realm="nextstrain.org"';

/** Seconds after which trying again may help; outages of stores and providers are often over by then. */
const retry = { "Retry-After": "5" };

/** A quoted-string may not hold quotes, backslashes or anything but ASCII (RFC 6750 section 3). */
const quotable = (text: string): string => text.replace(/[^\x20-\x7e]|["\\]/g, "'");

/**
 * What a provider's error (RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6) is for us: its outages are
 * outages, what the person decided or has left undone is no fault, and all others are faults of the set-up.
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

type Answers = {
  readonly [Code in Failure["code"]]: (failure: Extract<Failure, { code: Code }>) => FailureAnswer;
};

const answers: Answers = {
  "bad-request": () => ({ status: 400 }),
  "bad-content": () => ({ status: 400 }),
  "login-required": () => ({ status: 401, headers: { "WWW-Authenticate": realm } }),
  "bearer-required": () => ({ status: 401, headers: { "WWW-Authenticate": realm } }),
  "invalid-token": ({ message }) => ({
    status: 401,
    headers: {
      "WWW-Authenticate": `${realm}, error="invalid_token", error_description="${quotable(message)}"`,
    },
  }),
  "not-allowed": () => ({ status: 403 }),
  "cross-site": () => ({ status: 403 }),
  "not-found": () => ({ status: 404 }),
  "not-acceptable": () => ({ status: 406 }),
  "precondition-failed": () => ({ status: 412 }),
  "unsupported-media-type": () => ({ status: 415 }),
  "sign-in-failed": (failure) => ({ status: signInStatus(failure) }),
  "sign-in-lost": () => ({ status: 400 }),
  "provider-down": () => ({ status: 503, headers: retry }),
  "store-down": () => ({ status: 503, headers: retry }),
  "store-full": () => ({ status: 507 }),
  busy: () => ({ status: 503, headers: retry }),
  "part-missing": () => ({ status: 503, headers: retry }),
  "not-configured": () => ({ status: 503 }),
  "unusable-object": () => ({ status: 500 }),
};

/** The one table from failures to HTTP; a code without a row does not compile. */
export const failureAnswer = (failure: Failure): FailureAnswer =>
  (answers[failure.code] as (failure: Failure) => FailureAnswer)(failure);
