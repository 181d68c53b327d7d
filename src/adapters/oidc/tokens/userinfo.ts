import { type CustomFetch, customFetch, fetchUserInfo, None } from "openid-client";
import type { JsonObject } from "../../../domain/brand.ts";
import { ProviderDown } from "../../../domain/failure.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import type { TokenSet } from "../../../domain/sessions/token-set.ts";
import { configurationFor, renewalFailure } from "../grants/token-endpoint.ts";
import { isAcceptableUrl } from "../provider-description.ts";
import { type Answer, type BoundedFetch, jsonObject } from "../requests/bounded-fetch.ts";

/** What the operator can do about an endpoint that never answers well. */
const advice = "OIDC_USERINFO=never does without it";

/** @throws ProviderDown for anything but a JSON object, such as a signed answer (OpenID Connect Core section 5.3.2) */
const claimsIn = (received: Answer): JsonObject => {
  try {
    if (received.status === 200) return jsonObject(received);
  } catch (cause) {
    throw new ProviderDown({ cause: new Error(`The userinfo endpoint sends no JSON; ${advice}`, { cause }) });
  }
  const cause = new Error(`The userinfo endpoint answered with status ${received.status}; ${advice}`);
  throw new ProviderDown({ cause });
};

/** Asks for the claims that the provider keeps out of id tokens (OpenID Connect Core section 5.3); see the port. */
export const askUserinfo = async (
  clientId: string,
  metadata: ProviderMetadata,
  fetch: BoundedFetch,
  { accessToken }: TokenSet,
  subject: string,
): Promise<JsonObject | "refused"> => {
  if (!isAcceptableUrl(metadata["userinfo_endpoint"])) return {};
  let isRefused = false;
  const send: CustomFetch = async (url, init) => {
    const { signal: _, ...request } = init;
    const received = await fetch.send(url, request as RequestInit);
    isRefused = received.status === 401;
    return Response.json(claimsIn(received));
  };
  const configuration = configurationFor(clientId, None(), metadata);
  configuration[customFetch] = send;
  try {
    return (await fetchUserInfo(configuration, accessToken, subject)) as JsonObject;
  } catch (error) {
    if (isRefused) return "refused";
    const failure = renewalFailure(error);
    throw failure instanceof ProviderDown ? failure : new ProviderDown({ cause: failure });
  }
};
