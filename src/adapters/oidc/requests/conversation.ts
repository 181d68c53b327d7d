import type { Seconds } from "../../../domain/brand.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import type { Verification } from "../../../ports/driven/identity/identity-provider.ts";
import type { ClientAuthentication } from "../grants/client-authentication.ts";
import type { TokenEndpoint } from "../grants/token-endpoint.ts";
import { tokenEndpoint } from "../grants/token-endpoint.ts";
import type { OidcOptions } from "../options.ts";
import type { TokenVerifier } from "../tokens/token-verifier.ts";
import type { BoundedFetch } from "./bounded-fetch.ts";

/** What the grants need to ask for tokens and to judge what comes back. */
export interface Conversation {
  /**
   * Has a grant asked for, and asked for once more where the provider wants the client to prove itself in the other
   * way. Throws ProviderDown, and openid-client's errors.
   */
  ask<T>(grant: (endpoint: TokenEndpoint) => Promise<T>): Promise<T>;
  now(): Seconds;
  /**
   * Verifies an id token that was sent for at `asked`: one that ran out on its way here was good when we
   * asked, and is accepted, to be renewed at its next use.
   */
  verifyAnswer(idToken: string, asked: Seconds, to: "login" | "renewal"): Promise<Verification>;
}

/**
 * A session's tokens came from the provider itself, and were judged at the login. An instance whose clock has
 * fallen behind since must not take them for not yet valid, and log everybody out.
 */
export const anyStart = Number.POSITIVE_INFINITY;

type Rules = Required<Pick<OidcOptions, "client" | "algorithms" | "timeout" | "clock">> & {
  readonly tolerance: { readonly start: Seconds; readonly end: Seconds };
};

interface Parts {
  readonly metadata: () => Promise<ProviderMetadata>;
  readonly authentication: ClientAuthentication;
  readonly verifier: TokenVerifier;
  readonly fetch: BoundedFetch;
}

export const conversationWith = (rules: Rules, parts: Parts): Conversation => {
  const { client, algorithms, timeout, tolerance, clock } = rules;
  const { metadata, authentication, verifier, fetch } = parts;
  return {
    async ask(grant) {
      const described = await metadata();
      const asker = { clientId: client.id, algorithms };
      return authentication.request("token", described, (by) =>
        grant(tokenEndpoint({ ...asker, authentication: by }, described, fetch)),
      );
    },
    now: () => clock.now(),
    verifyAnswer(idToken, asked, to) {
      const now = clock.now();
      const startTolerance = to === "login" ? tolerance.start : anyStart;
      const endTolerance = tolerance.end + Math.min(Math.max(0, now - asked), timeout);
      return verifier.verify({ idToken }, { clientId: client.id, now, startTolerance, endTolerance }, "own");
    },
  };
};
