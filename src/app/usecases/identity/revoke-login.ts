import type { Seconds } from "../../../domain/brand.ts";
import type { ProviderNames } from "../../../domain/sessions/session-owner.ts";
import { byProviderSession, isOfSameProviderSession } from "../../../domain/sessions/session-owner.ts";
import type { TokenSet } from "../../../domain/sessions/token-set.ts";
import type { IdentityProvider } from "../../../ports/driven/identity/identity-provider.ts";
import type { Background } from "../sessions/background.ts";
import type { FindSessions } from "./find-sessions.ts";

/**
 * Which logins lose their refresh token at the provider. To revoke one may end all tokens of a client in one
 * session of the provider's (Keycloak 26 does so), which somebody has who logged in twice in one browser. So
 * "unless-shared" leaves alone what belongs to a provider session that another login here lives on: the last
 * of them takes all with it.
 */
export type RevocationRule = "always" | "unless-shared";

/**
 * Has the provider forget a login that has ended here, or never began. Nobody waits for it, and no outage stops
 * an ending.
 */
export type RevokeLogin = (login: ProviderNames, tokens: TokenSet, rule: RevocationRule) => void;

/** Whoever logs in anew right now may share what ended, and their session is about to be stored. */
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
