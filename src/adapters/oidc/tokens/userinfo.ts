import { type CustomFetch, customFetch, fetchUserInfo, None } from "openid-client";
import type { JsonObject } from "../../../domain/brand.ts";
import { ProviderDown } from "../../../domain/failure.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import type { TokenSet } from "../../../domain/sessions/token-set.ts";
import { providerFailure } from "../grants/oauth-errors.ts";
import { clientConfiguration } from "../grants/token-request.ts";
import { isSecureUrl } from "../provider-discovery.ts";
import { type BoundedFetch, type BoundedResponse, jsonBody } from "../requests/bounded-fetch.ts";

/** What an operator can do about an endpoint that never works. */
const advice = "OIDC_USERINFO=never does without it";

/** Throws ProviderDown for all but a JSON object, such as a signed response (OpenID Connect Core section 5.3.2). */
const parseClaims = (response: BoundedResponse): JsonObject => {
  try {
    if (response.status === 200) return jsonBody(response);
  } catch (cause) {
    throw new ProviderDown({ cause: new Error(`The userinfo endpoint sends no JSON; ${advice}`, { cause }) });
  }
  const cause = new Error(`The userinfo endpoint answered with status ${response.status}; ${advice}`);
  throw new ProviderDown({ cause });
};

/** The userinfo request (OpenID Connect Core section 5.3), for claims that the id token lacks; see the port. */
export const fetchUserinfo = async (
  clientId: string,
  metadata: ProviderMetadata,
  fetch: BoundedFetch,
  { accessToken }: TokenSet,
  subject: string,
): Promise<JsonObject | "refused"> => {
  if (!isSecureUrl(metadata["userinfo_endpoint"])) return {};
  let isRejected = false;
  const send: CustomFetch = async (url, init) => {
    const { signal: _, ...request } = init;
    const response = await fetch.send(url, request as RequestInit);
    isRejected = response.status === 401;
    return Response.json(parseClaims(response));
  };
  const configuration = clientConfiguration(clientId, None(), metadata);
  configuration[customFetch] = send;
  try {
    return (await fetchUserInfo(configuration, accessToken, subject)) as JsonObject;
  } catch (error) {
    if (isRejected) return "refused";
    const failure = providerFailure(error);
    throw failure instanceof ProviderDown ? failure : new ProviderDown({ cause: failure });
  }
};
