import type { Seconds } from "./brand.ts";
import type { ReturnPath } from "./return-path.ts";

/** Longest time between the start of a login and its end. */
export const loginAttemptLifetime: Seconds = 3600;

/** A login that has begun and waits for the provider to send the browser back. */
export interface LoginAttempt {
  /** RFC 6749 section 10.12. */
  readonly state: string;
  /** OpenID Connect Core section 3.1.2.1. */
  readonly nonce: string;
  /** RFC 7636 section 4.1. */
  readonly codeVerifier: string;
  readonly redirectUri: string;
  readonly returnTo: ReturnPath;
  readonly begun: Seconds;
}

/** Whether the attempt is the one that this answer belongs to, and not too old ("late"). */
export const judgeAttempt = (
  attempt: LoginAttempt,
  state: string,
  now: Seconds,
): "good" | "late" | "unknown" => {
  if (attempt.state !== state) return "unknown";
  return now < attempt.begun + loginAttemptLifetime ? "good" : "late";
};
