import { type CustomFetch, customFetch, tokenRevocation } from "openid-client";
import { ProviderDown } from "../../../domain/failure.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import type { TokenSet } from "../../../domain/sessions/token-set.ts";
import { isSecureUrl } from "../provider-discovery.ts";
import type { BoundedFetch } from "../requests/bounded-fetch.ts";
import type { ClientAuthentication } from "./client-authentication.ts";
import { providerFailure } from "./oauth-errors.ts";
import { clientConfiguration } from "./token-request.ts";

/** Stands in for the empty body of Glewlwyd's 401, which means the same (RFC 6749 section 5.2). */
const invalidClient = JSON.stringify({ error: "invalid_client" });

/** Revokes a refresh token, and with it the tokens of its grant (RFC 7009 section 2.1); see the port. */
export const revoke = async (
  clientId: string,
  authentication: ClientAuthentication,
  metadata: ProviderMetadata,
  fetch: BoundedFetch,
  { refreshToken }: TokenSet,
): Promise<void> => {
  if (!isSecureUrl(metadata.revocation_endpoint)) return;
  // Unlike the token endpoint's, a successful response has no JSON body (RFC 7009 section 2.2).
  const send: CustomFetch = async (url, init) => {
    const { signal: _, ...request } = init;
    const { status, text } = await fetch.send(url, request as RequestInit);
    const isInvalidClient = status === 401 && text === "";
    return new Response(isInvalidClient ? invalidClient : text || null, {
      status,
      headers: { "content-type": "application/json" },
    });
  };
  try {
    await authentication.request("revocation", metadata, (clientAuth) => {
      const configuration = clientConfiguration(clientId, clientAuth, metadata);
      configuration[customFetch] = send;
      return tokenRevocation(configuration, refreshToken, { token_type_hint: "refresh_token" });
    });
  } catch (error) {
    const cause = providerFailure(error);
    throw cause instanceof ProviderDown ? cause : new ProviderDown({ cause });
  }
};
