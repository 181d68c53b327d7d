import type { Seconds } from "../../../domain/brand.ts";
import type { ProviderNames } from "../../../domain/sessions/session-owner.ts";
import { byProviderSession, isOfSameProviderSession } from "../../../domain/sessions/session-owner.ts";
import type { TokenSet } from "../../../domain/sessions/token-set.ts";
import type { IdentityProvider } from "../../../ports/driven/identity/identity-provider.ts";
import type { Background } from "../sessions/background.ts";
import type { FindSessions } from "./find-sessions.ts";

/**
 * When a login's refresh token is revoked. Revocation may end all tokens of the provider's session (Keycloak 26), which
 * two logins of one browser share. So "unless-shared" does not revoke while another login here has the same session; the
 * last of them is revoked.
 */
export type RevocationRule = "always" | "unless-shared";

/**
 * Revokes the refresh token of a login that has ended, or was not completed. It runs in the background, so that an
 * outage does not delay the end of a session.
 */
export type RevokeLogin = (login: ProviderNames, tokens: TokenSet, rule: RevocationRule) => void;

/** A delay for a new login of the same browser, which may share the grant, and whose session is being stored. */
const revocationDelay: Seconds = 0.5;

interface Deps {
  readonly identityProvider: IdentityProvider;
  readonly background: Background;
  readonly findSessions: FindSessions;
}

export const revokeLogin =
  ({ identityProvider, background, findSessions }: Deps): RevokeLogin =>
  (login, tokens, rule) => {
    const isShared = async (): Promise<boolean> => {
      if (rule === "always" || login.providerSession === undefined) return false;
      const owner = byProviderSession(login.providerSession);
      return (await findSessions([owner], (other) => isOfSameProviderSession(login, other))).length > 0;
    };
    const work = async (): Promise<void> => {
      if (!(await isShared())) await identityProvider.revoke(tokens);
    };
    background.add("revoking a refresh token", work, rule === "always" ? 0 : revocationDelay);
  };
