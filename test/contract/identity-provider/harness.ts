import type { LoginAttempt } from "../../../src/domain/sessions/login-attempt.ts";
import { home } from "../../../src/domain/sessions/return-path.ts";
import type {
  IdentityProvider,
  VerifiedTokens,
} from "../../../src/ports/driven/identity/identity-provider.ts";
import type { Fault, TokenFault, TokenResponseFault } from "../../support/stub-provider/fault.ts";
import type { StubProvider } from "../../support/stub-provider/stub-provider.ts";

export interface Harness {
  readonly provider: IdentityProvider;
  /** The OpenID provider that the adapter under test is configured for. */
  readonly stub: StubProvider;
  /** Advances the clock of both. */
  passSeconds(seconds: number): void;
  close(): Promise<void>;
}

export const attempt: LoginAttempt = {
  state: "a-state-of-some-length-0123456789",
  nonce: "a-nonce-of-some-length-0123456789",
  codeVerifier: "a-verifier-of-43-characters-0123456789-abcd",
  redirectUri: "http://127.0.0.1:5000/logged-in",
  returnTo: home,
  begun: 0,
};

/** Faults that leave an id token valid where no nonce is expected. */
export const harmlessWithoutNonce: ReadonlySet<TokenFault> = new Set([
  "wrong-nonce",
  "no-nonce",
  "no-username",
  "no-subject",
]);

/** Unknown keys: with a fresh key set, an untrusted token is invalid by them, and a trusted one is unverifiable. */
export const keyFaults: ReadonlySet<TokenFault> = new Set([
  "key-in-header-jwk",
  "key-in-header-jku",
  "key-in-header-x5u",
  "unknown-kid",
]);

/** Signs of clocks that differ: they make untrusted tokens and logins invalid, but end no session. */
export const earlyFaults: ReadonlySet<TokenFault> = new Set(["not-yet-valid", "issued-in-the-future"]);

type RefreshOutcome = "refused" | "wrong-subject" | "down" | "renewed";

/** Which responses reject a refresh token, and which are an outage. */
export const refreshOutcomes: { readonly [Name in TokenResponseFault]: RefreshOutcome } = {
  "no-id-token": "renewed",
  "no-access-token": "down",
  "no-refresh-token": "renewed",
  "rotating-refresh-tokens": "renewed",
  "other-subject-on-refresh": "wrong-subject",
  "invalid-grant": "refused",
  "invalid-grant-with-401": "refused",
  "invalid-grant-with-403": "refused",
  "interaction-required": "refused",
  "dex-invalid-request": "refused",
  "other-400": "down",
  "invalid-client": "down",
  "too-many-requests": "down",
  "server-error": "down",
  "server-error-with-invalid-grant": "down",
  html: "down",
  "html-403": "down",
  "html-404": "down",
  "json-array": "down",
  "truncated-json": "down",
  "truncated-body": "down",
  "oversized-response": "down",
  redirected: "down",
  // The timeout is longer than this, since the refresh token may be used up.
  slow: "renewed",
  "redeemed-but-slow": "renewed",
  "connection-reset": "down",
};

export const callback = async ({ provider, stub }: Harness): Promise<string> =>
  stub.logIn(await provider.authorizationUrl(attempt));

export const logIn = async (harness: Harness): Promise<VerifiedTokens> =>
  harness.provider.redeemCode(attempt, await callback(harness));

/** Runs some work with a fault of the stub. */
export const withFault = async <T>({ stub }: Harness, fault: Fault, work: () => Promise<T>): Promise<T> => {
  stub.injectFault(fault);
  try {
    return await work();
  } finally {
    stub.clearFaults();
  }
};
