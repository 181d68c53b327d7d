import type { Branded, JsonObject } from "./brand.ts";
import type { Login } from "./session.ts";
import type { Username } from "./user.ts";

/** What sessions are looked up by: a person's username, or the provider's name for a person or a session. */
export type SessionOwner = Branded<"SessionOwner">;

export const byUsername = (username: Username) => `username:${username}` as SessionOwner;
export const bySubject = (subject: string) => `subject:${subject}` as SessionOwner;
export const byProviderSession = (sid: string) => `sid:${sid}` as SessionOwner;

/** Everything that this login can be looked up by. */
export const ownersOf = ({ username, subject, providerSession }: Login): readonly SessionOwner[] => [
  byUsername(username),
  ...(subject === undefined ? [] : [bySubject(subject)]),
  ...(providerSession === undefined ? [] : [byProviderSession(providerSession)]),
];

/** The provider's own names in a login. */
export type ProviderNames = Pick<Login, "subject" | "providerSession">;

/** Whether two logins are known to have come of one session at the provider. */
export const isOfSameProviderSession = (one: ProviderNames, other: ProviderNames): boolean =>
  one.providerSession !== undefined &&
  one.providerSession === other.providerSession &&
  one.subject === other.subject;

/** Whether two logins are known to have come of different sessions at the provider, or of different people. */
export const isOfAnotherProviderSession = (one: Login, other: Login): boolean =>
  (one.providerSession !== undefined &&
    other.providerSession !== undefined &&
    one.providerSession !== other.providerSession) ||
  (one.subject !== undefined && other.subject !== undefined && one.subject !== other.subject);

/** Longer ones would swell every session (OpenID Connect Core section 2 allows a `sub` of 255 characters). */
const maxLength = 1000;

const isName = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && value.length <= maxLength;

/** The provider's names in an id token's claims (OpenID Connect Back-Channel Logout section 2.1). */
export const providerNames = ({ sub, sid }: JsonObject): ProviderNames => ({
  ...(isName(sub) ? { subject: sub } : {}),
  ...(isName(sid) ? { providerSession: sid } : {}),
});
