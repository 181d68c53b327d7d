/**
 * Ends the sessions that a provider's logout token names (OpenID Connect Back-Channel Logout section 2.7).
 * Throws ProviderDown, StoreDown, after which the provider may retry with the same token.
 */
export type BackchannelLogout = (logoutToken: string) => Promise<BackchannelOutcome>;

export type BackchannelOutcome =
  | { readonly outcome: "done" }
  /** `reason` may be shown to whoever sent the token. */
  | { readonly outcome: "refused"; readonly reason: string };
