import { type CustomFetch, customFetch, tokenRevocation } from "openid-client";
import { ProviderDown } from "../../../domain/failure.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import type { TokenSet } from "../../../domain/sessions/token-set.ts";
import { isAcceptableUrl } from "../provider-description.ts";
import type { BoundedFetch } from "../requests/bounded-fetch.ts";
import type { ClientAuthentication } from "./client-authentication.ts";
import { configurationFor, renewalFailure } from "./token-endpoint.ts";

/** What 401 means (RFC 6749 section 5.2); Glewlwyd answers with no more than the status. */
const unknownClient = JSON.stringify({ error: "invalid_client" });

/** Revokes a refresh token, and with it what was made from it (RFC 7009 section 2.1); see the port. */
export const revoke = async (
  clientId: string,
  authentication: ClientAuthentication,
  metadata: ProviderMetadata,
  fetch: BoundedFetch,
  { refreshToken }: TokenSet,
): Promise<void> => {
  if (!isAcceptableUrl(metadata.revocation_endpoint)) return;
  // Unlike the token endpoint's, a good answer is empty.
  const send: CustomFetch = async (to, init) => {
    const { signal: _, ...request } = init;
    const { status, text } = await fetch.send(to, request as RequestInit);
    const isUnknownClient = status === 401 && text === "";
    return new Response(isUnknownClient ? unknownClient : text || null, {
      status,
      headers: { "content-type": "application/json" },
    });
  };
  try {
    await authentication.request("revocation", metadata, (by) => {
      const configuration = configurationFor(clientId, by, metadata);
      configuration[customFetch] = send;
      return tokenRevocation(configuration, refreshToken, { token_type_hint: "refresh_token" });
    });
  } catch (error) {
    const cause = renewalFailure(error);
    throw cause instanceof ProviderDown ? cause : new ProviderDown({ cause });
  }
};
