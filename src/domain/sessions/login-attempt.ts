import type { Seconds } from "../brand.ts";
import { parseObject } from "../json-object.ts";
import type { ReturnPath } from "./return-path.ts";
import { parseReturnPath } from "./return-path.ts";

/** Longest time between the start of a login and its end. */
export const loginAttemptLifetime: Seconds = 3600;

/** A login that was started, and whose callback has not come yet. */
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

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** Parses an attempt; undefined when it has another shape, as one of another version may. */
export const parseAttempt = (text: string): LoginAttempt | undefined => {
  const read: Partial<Record<keyof LoginAttempt, unknown>> | undefined = parseObject(text);
  if (!read) return undefined;
  const { state, nonce, codeVerifier, redirectUri, begun } = read;
  const returnTo = isText(read.returnTo) ? parseReturnPath(read.returnTo) : undefined;
  if (!isText(state) || !isText(nonce) || !isText(codeVerifier) || !isText(redirectUri)) return undefined;
  if (returnTo === undefined || typeof begun !== "number" || !Number.isFinite(begun)) return undefined;
  return { state, nonce, codeVerifier, redirectUri, returnTo, begun };
};

/** Checks an attempt against the `state` of a callback ("unknown": another one) and its lifetime ("expired"). */
export const checkAttempt = (
  attempt: LoginAttempt,
  state: string,
  now: Seconds,
): "valid" | "expired" | "unknown" => {
  if (attempt.state !== state) return "unknown";
  return now < attempt.begun + loginAttemptLifetime ? "valid" : "expired";
};
