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

/** The result of validating an id token. */
export type IdTokenValidation =
  | { readonly outcome: "valid"; readonly user: User; readonly claims: JsonObject }
  /** To be renewed: it has expired, or was issued before the user's not-before mark. */
  | { readonly outcome: "expired" | "stale" }
  /** To be renewed: its signature cannot be verified with the provider's present keys. Never of a Bearer token. */
  | { readonly outcome: "unverifiable" }
  /** It is valid, and lacks claims that have to be fetched from userinfo. Never of a Bearer token. */
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

/** Bound of the set of people who were reported. */
const maxReported = 1000;

/** Logs, once for each person, why somebody whose groups are a distributed claim has no roles. */
const reportGroupsElsewhere = ({ claimNames, log }: ValidationDeps) => {
  const reported = new Set<string>();
  const reason = `the token has no claim ${claimNames.groups} but says where to ask for it (_claim_names), as Microsoft Entra ID does for people in more than 200 groups; nobody asks there, so they hold no roles: use app roles instead`;
  return (claims: JsonObject, { username, person }: User): void => {
    const key = personKey(person);
    if (!hasDistributedGroups(claims, claimNames) || reported.has(key)) return;
    if (reported.size >= maxReported) reported.clear();
    reported.add(key);
    log.write({ event: "groups-elsewhere", username, reason });
  };
};

/** Validates id tokens at each request; only the result of verifying their signature may be cached below. */
export const idTokenValidation = (d: ValidationDeps): ValidateIdToken => {
  // Memoizes the user of cached claims, but no permission.
  const report = reportGroupsElsewhere(d);
  const userOf = memoize((claims: JsonObject) => {
    const user = userFromClaims(claims, d.claimNames);
    if (user) report(claims, user);
    return user;
  });
  return async (token, audience) => {
    const verification = await d.identityProvider.verify(token, audience);
    if (verification.outcome === "expired" || verification.outcome === "unverifiable") {
      return { outcome: verification.outcome };
    }
    if (verification.outcome === "invalid") return { outcome: "invalid", reason: verification.reason };
    const { claims } = verification;
    // A Bearer client sends no access token, which userinfo would need.
    if (audience === "app" && d.userinfo.isDue(token, claims)) return { outcome: "incomplete", claims };
    const allClaims = d.userinfo.claimsOf(token, claims);
    const user = userOf(allClaims);
    if (!user)
      return {
        outcome: "invalid",
        reason: `The token names no user: ${userFault(allClaims, d.claimNames)}.`,
      };
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
