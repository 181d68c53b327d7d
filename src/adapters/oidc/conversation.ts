import type { Seconds } from "../../domain/brand.ts";
import type { Verification } from "../../ports/driven/identity-provider.ts";
import type { TokenEndpoint } from "./token-endpoint.ts";

/** What the grants need to ask for tokens and to judge what comes back. */
export interface Conversation {
  /** A new one for each request. Throws ProviderDown. */
  endpoint(): Promise<TokenEndpoint>;
  now(): Seconds;
  /**
   * Verifies an id token that was sent for at `asked`: one that ran out on its way here was good when we
   * asked, and is accepted, to be renewed at its next use.
   */
  verifyAnswer(idToken: string, asked: Seconds, to: "login" | "renewal"): Promise<Verification>;
}
