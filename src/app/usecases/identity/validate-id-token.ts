import type { JsonObject, Seconds } from "../../../domain/brand.ts";
import { personKey } from "../../../domain/identity/person.ts";
import type { ClaimNames, User } from "../../../domain/identity/user.ts";
import { hasDistributedGroups, userFault, userFromClaims } from "../../../domain/identity/user.ts";
import { memoize } from "../../../domain/memoize.ts";
import { freshness } from "../../../domain/sessions/renewal.ts";
import type {
  Audience,
  IdentityProvider,
  IdToken,
} from "../../../ports/driven/identity/identity-provider.ts";
import type { NotBeforeMarks } from "../../../ports/driven/sessions/not-before-marks.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { Userinfo } from "./userinfo.ts";

/** What an id token is good for right now. */
export type IdTokenValidation =
  | { readonly outcome: "valid"; readonly user: User; readonly claims: JsonObject }
  /** To be renewed: its time is over, or its owner's rights have changed since it was made. */
  | { readonly outcome: "expired" | "stale" }
  /** The provider's keys do not tell: to be renewed too; never of a Bearer token. */
  | { readonly outcome: "unverifiable" }
  /** It is good, and lacks claims that userinfo has still to be asked for; never of a Bearer token. */
  | { readonly outcome: "incomplete"; readonly claims: JsonObject }
  /** `reason`, a sentence, may be shown to whoever sent the token. */
  | { readonly outcome: "invalid"; readonly reason: string };

export type ValidateIdToken = (token: IdToken, audience: Audience) => Promise<IdTokenValidation>;

export interface ValidationDeps {
  readonly identityProvider: IdentityProvider;
  readonly marks: NotBeforeMarks;
  readonly userinfo: Pick<Userinfo, "isDue" | "claimsOf">;
  readonly claimNames: ClaimNames;
  readonly backdatedBy: Seconds;
  readonly log: Log;
}

/** Of how many people it is remembered that the operator was told of them. */
const maxReported = 1000;

/** Tells the operator, once of each person, why somebody who is in groups holds no roles. */
const reportGroupsElsewhere = ({ claimNames, log }: ValidationDeps) => {
  const told = new Set<string>();
  const reason = `the token has no claim ${claimNames.groups} but says where to ask for it (_claim_names), as Microsoft Entra ID does for people in more than 200 groups; nobody asks there, so they hold no roles: use app roles instead`;
  return (claims: JsonObject, { username, person }: User): void => {
    const key = personKey(person);
    if (!hasDistributedGroups(claims, claimNames) || told.has(key)) return;
    if (told.size >= maxReported) told.clear();
    told.add(key);
    log.write({ event: "groups-elsewhere", username, reason });
  };
};

/** Judges id tokens anew at each request; only the provider's signature may be remembered below. */
export const idTokenValidation = (d: ValidationDeps): ValidateIdToken => {
  // Who the claims describe, as long as they are remembered below; what that person may do is not kept.
  const tell = reportGroupsElsewhere(d);
  const userOf = memoize((claims: JsonObject) => {
    const user = userFromClaims(claims, d.claimNames);
    if (user) tell(claims, user);
    return user;
  });
  return async (token, audience) => {
    const verification = await d.identityProvider.verify(token, audience);
    if (verification.outcome === "expired" || verification.outcome === "unverifiable") {
      return { outcome: verification.outcome };
    }
    if (verification.outcome === "invalid") return { outcome: "invalid", reason: verification.reason };
    const { claims } = verification;
    // Whoever sends a Bearer token sends no access token, with which userinfo could be asked.
    if (audience === "app" && d.userinfo.isDue(token, claims)) return { outcome: "incomplete", claims };
    const known = d.userinfo.claimsOf(token, claims);
    const user = userOf(known);
    if (!user)
      return { outcome: "invalid", reason: `The token names no user: ${userFault(known, d.claimNames)}.` };
    const notBefore = await d.marks.find(user.username);
    const { renewedAfterMark } = token;
    switch (freshness(claims, { notBefore, backdatedBy: d.backdatedBy, renewedAfterMark })) {
      case "fresh":
        return { outcome: "valid", user, claims };
      case "stale":
        return { outcome: "stale" };
      case "undated":
        return { outcome: "invalid", reason: "The token does not say when it was issued." };
    }
  };
};
