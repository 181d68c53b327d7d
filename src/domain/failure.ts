import type { Seconds } from "./brand.ts";
import { sanitizeText } from "./sanitize-text.ts";
import type { ReturnPath } from "./sessions/return-path.ts";

/**
 * The base of all failures of use cases. `message` is written for the person who sent the request and may be sent to
 * them; what only the operator may read belongs in `cause`, which is logged.
 * `src/adapters/http/middleware/failure-status.ts` maps each `code` to a status, in one table.
 */
abstract class Fault<Code extends string> extends Error {
  abstract readonly code: Code;
}

/** The request is malformed. */
export class BadRequest extends Fault<"bad-request"> {
  readonly code = "bad-request";
}

/** An upload's content is invalid or exceeds a limit; nothing was stored. */
export class BadContent extends Fault<"bad-content"> {
  readonly code = "bad-content";
}

/** Nobody is logged in, and only somebody who is may do this. */
export class LoginRequired extends Fault<"login-required"> {
  readonly code = "login-required";
  constructor() {
    super("You need to log in to do this.");
  }
}

/** An Authorization header that is no Bearer header, or that holds no token (RFC 6750 section 3.1). */
export class BearerRequired extends Fault<"bearer-required"> {
  readonly code = "bearer-required";
  constructor() {
    super("Authorization needs to be a Bearer token.");
  }
}

/** A Bearer token that is not valid, or no longer (RFC 6750 section 3.1, `invalid_token`). */
export class InvalidToken extends Fault<"invalid-token"> {
  readonly code = "invalid-token";
}

/** The caller has no permission, or the object does not exist; the answer does not reveal which. */
export class NotAllowed extends Fault<"not-allowed"> {
  readonly code = "not-allowed";
  constructor(message = "You do not have permission for this, or it does not exist.") {
    super(message);
  }
}

/** A page of another site tried to act with this browser's session. */
export class CrossSite extends Fault<"cross-site"> {
  readonly code = "cross-site";
  constructor() {
    super("This request came from another site's page, and was refused. Nothing was changed.");
  }
}

/** The object does not exist. It is thrown only for callers who may know that. */
export class NotFound extends Fault<"not-found"> {
  readonly code = "not-found";
}

/** No representation fits the request's Accept header. */
export class NotAcceptable extends Fault<"not-acceptable"> {
  readonly code = "not-acceptable";
}

/** A condition of the request (RFC 9110 section 13.1) does not hold; nothing was changed. */
export class PreconditionFailed extends Fault<"precondition-failed"> {
  readonly code = "precondition-failed";
  constructor() {
    super("Somebody changed this since you last read it, so nothing was changed. Read it again first.");
  }
}

/** What is stored rules the request out; nothing was changed. */
export class Conflict extends Fault<"conflict"> {
  readonly code = "conflict";
}

/** An upload's Content-Type or Content-Encoding is not supported. */
export class UnsupportedMediaType extends Fault<"unsupported-media-type"> {
  readonly code = "unsupported-media-type";
}

/** An OAuth error response (RFC 6749 sections 4.1.2.1 and 5.2); untrusted text. */
export interface ProviderError {
  readonly error: string;
  readonly description?: string | undefined;
}

interface SignInFailedOptions extends ErrorOptions {
  /** The provider's error response; absent when its answer was malformed. */
  readonly providerError?: ProviderError | undefined;
  /** Where the person wanted to go. */
  readonly returnTo?: ReturnPath | undefined;
}

const providerSays = ({ error, description }: ProviderError): string =>
  `The identity provider did not log you in. It says: ${error}${description ? ` (${description})` : ""}`;

/** A login's callback that did not log in anybody. */
export class SignInFailed extends Fault<"sign-in-failed"> {
  readonly code = "sign-in-failed";
  /** The provider's error code, or what was wrong with its answer. */
  readonly reason: string;
  readonly providerError: ProviderError | undefined;
  readonly returnTo: ReturnPath | undefined;
  constructor(reason: string, { providerError, returnTo, ...options }: SignInFailedOptions = {}) {
    const sanitized = providerError && {
      error: sanitizeText(providerError.error, 100),
      description: providerError.description && sanitizeText(providerError.description, 300),
    };
    const message = sanitized ? providerSays(sanitized) : "The identity provider could not log you in.";
    super(message, options);
    this.reason = sanitized?.error ?? reason;
    this.providerError = sanitized;
    this.returnTo = returnTo;
  }
}

/** A callback for a login that this browser did not start, or started too long ago. */
export class SignInLost extends Fault<"sign-in-lost"> {
  readonly code = "sign-in-lost";
  /** "unknown": the request has no cookie of this attempt, for example because the attempt was finished before. */
  readonly why: "unknown" | "expired";
  constructor(why: "unknown" | "expired") {
    super(
      why === "expired"
        ? "This login took too long: it has to be finished within an hour. Nobody was logged in by it."
        : "This login was finished before, or did not begin in this browser, or its cookie was lost. Nobody was logged in by it.",
    );
    this.why = why;
  }
}

/** The identity provider cannot be reached, or its answer is malformed. No login ends because of it. */
export class ProviderDown extends Fault<"provider-down"> {
  readonly code = "provider-down";
  constructor(options?: ErrorOptions) {
    super("The identity provider does not answer right now. Please try again in a moment.", options);
  }
}

interface StoreDownOptions extends ErrorOptions {
  /** The outage lasts until an operator ends it, as with a disk that has become read-only. */
  readonly lasting?: boolean;
}

/** A store is unavailable; a write may or may not have been applied. */
export class StoreDown extends Fault<"store-down" | "store-full"> {
  readonly code: "store-down" | "store-full" = "store-down";
  constructor(
    options?: StoreDownOptions,
    message = options?.lasting
      ? "The server may not use its storage. Please tell the people who run this server."
      : "The server's storage does not answer right now. Please try again in a moment.",
  ) {
    super(message, options);
  }
}

/** A store has no room left; nothing was stored. */
export class StoreFull extends StoreDown {
  override readonly code = "store-full";
  constructor(options?: ErrorOptions) {
    super(
      options,
      "The server's storage is full, so nothing was stored. Please tell the people who run this server.",
    );
  }
}

/** This server is overloaded; nothing was started. */
export class Busy extends Fault<"busy"> {
  readonly code = "busy";
  constructor(options?: ErrorOptions) {
    super("The server has too much to do right now. Please try again in a moment.", options);
  }
}

/** Too many failed attempts of one client; this one was not looked at. */
export class TooManyAttempts extends Fault<"too-many-attempts"> {
  readonly code = "too-many-attempts";
  /** Until the next attempt is looked at. */
  readonly wait: Seconds;
  constructor(
    wait: Seconds,
    message = "There were too many attempts from your network that led nowhere. Please wait before you try again.",
  ) {
    super(message);
    this.wait = wait;
  }
}

/** A module of this program could not be loaded, for example during an upgrade; nothing was started. */
export class PartMissing extends Fault<"part-missing"> {
  readonly code = "part-missing";
  constructor(options?: ErrorOptions) {
    super(
      "The server cannot do this right now; it may be being upgraded. Please try again in a moment.",
      options,
    );
  }
}

/** Something is not configured. */
export class NotConfigured extends Fault<"not-configured"> {
  readonly code = "not-configured";
}

/** A stored object is damaged, too large, or of a type under which it cannot be served. */
export class UnusableObject extends Fault<"unusable-object"> {
  readonly code = "unusable-object";
}

export type Failure =
  | BadRequest
  | BadContent
  | LoginRequired
  | BearerRequired
  | InvalidToken
  | NotAllowed
  | CrossSite
  | NotFound
  | NotAcceptable
  | PreconditionFailed
  | Conflict
  | UnsupportedMediaType
  | SignInFailed
  | SignInLost
  | ProviderDown
  | StoreDown
  | StoreFull
  | Busy
  | TooManyAttempts
  | PartMissing
  | NotConfigured
  | UnusableObject;

export const isFailure = (error: unknown): error is Failure => error instanceof Fault;
