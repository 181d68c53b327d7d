import type { Branded, JsonObject } from "../brand.ts";
import type { Person } from "../identity/person.ts";
import { isIdentifier, isSamePerson, personKey } from "../identity/person.ts";
import type { User, Username } from "../identity/user.ts";
import type { Login } from "./session.ts";

/** A key of the session registry: a person, a username, or the provider's `sub` or `sid`. */
export type SessionOwner = Branded<"SessionOwner">;

export const byPerson = (person: Person) => `person:${personKey(person)}` as SessionOwner;
/** For operators, who know people by their usernames. */
export const byUsername = (username: Username) => `username:${username}` as SessionOwner;
export const bySubject = (subject: string) => `subject:${subject}` as SessionOwner;
export const byProviderSession = (sid: string) => `sid:${sid}` as SessionOwner;

/** All registry keys of a login. */
export const ownersOf = ({ username, person, subject, providerSession }: Login): readonly SessionOwner[] => [
  ...(person === undefined ? [] : [byPerson(person)]),
  byUsername(username),
  ...(subject === undefined ? [] : [bySubject(subject)]),
  ...(providerSession === undefined ? [] : [byProviderSession(providerSession)]),
];

/** The registry keys of a user's own sessions. */
export const ownersOfUser = ({ person, sub }: User): readonly SessionOwner[] => [
  byPerson(person),
  ...(sub === undefined ? [] : [bySubject(sub)]),
];

/** Whether a login is this user's own. One of version 0.1 identifies its owner by `sub` and username only. */
export const belongsTo = ({ person, subject, username }: Login, user: User): boolean =>
  person === undefined
    ? subject !== undefined && subject === user.sub && username === user.username
    : isSamePerson(person, user.person);

/** The provider's identifiers of a login: its `sub` and `sid`. */
export type ProviderNames = Pick<Login, "subject" | "providerSession">;

/** Whether two logins are known to share a provider session. */
export const isOfSameProviderSession = (one: ProviderNames, other: ProviderNames): boolean =>
  one.providerSession !== undefined &&
  one.providerSession === other.providerSession &&
  one.subject === other.subject;

/** Whether two logins are known to have different provider sessions, or different people. */
export const isOfAnotherProviderSession = (one: Login, other: Login): boolean =>
  (one.providerSession !== undefined &&
    other.providerSession !== undefined &&
    one.providerSession !== other.providerSession) ||
  (one.subject !== undefined && other.subject !== undefined && one.subject !== other.subject);

/** The `sub` and `sid` of an id token's claims (OpenID Connect Back-Channel Logout section 2.1). */
export const providerNames = ({ sub, sid }: JsonObject): ProviderNames => ({
  ...(isIdentifier(sub) ? { subject: sub } : {}),
  ...(isIdentifier(sid) ? { providerSession: sid } : {}),
});
