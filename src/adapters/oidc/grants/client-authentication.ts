import { type ClientAuth, ClientSecretBasic, ClientSecretPost, None, ResponseBodyError } from "openid-client";
import type { Json } from "../../../domain/brand.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import type { ClientAuthenticationMethod, OidcOptions } from "../options.ts";

type Endpoint = "token" | "revocation";

/** How the app client proves to the provider who it is. */
export interface ClientAuthentication {
  /**
   * Makes a request with the method that is most likely right, and once more with the other one when the provider
   * answers `invalid_client` (RFC 6749 section 5.2). The method that was taken comes first from then on.
   */
  request<T>(
    endpoint: Endpoint,
    metadata: ProviderMetadata,
    send: (authentication: ClientAuth) => Promise<T>,
  ): Promise<T>;
}

const methods = {
  client_secret_post: ClientSecretPost,
  client_secret_basic: ClientSecretBasic,
} as const;

const other = (method: ClientAuthenticationMethod): ClientAuthenticationMethod =>
  method === "client_secret_post" ? "client_secret_basic" : "client_secret_post";

const lists = (listed: Json | undefined, method: string): boolean =>
  Array.isArray(listed) && listed.includes(method);

/** Where a provider says nothing of its revocation endpoint, most clients have one method for all endpoints. */
const listedBy = (metadata: ProviderMetadata, endpoint: Endpoint): Json | undefined => {
  const atTokens = metadata["token_endpoint_auth_methods_supported"];
  return endpoint === "token"
    ? atTokens
    : (metadata["revocation_endpoint_auth_methods_supported"] ?? atTokens);
};

const isInvalidClient = (error: unknown): boolean =>
  error instanceof ResponseBodyError && error.error === "invalid_client";

export const clientAuthentication = (client: OidcOptions["client"]): ClientAuthentication => {
  const { secret, authentication: chosen = "auto" } = client;
  const taken: { [At in Endpoint]?: ClientAuthenticationMethod } = {};

  const first = (endpoint: Endpoint, metadata: ProviderMetadata): ClientAuthenticationMethod => {
    if (chosen !== "auto") return chosen;
    if (taken[endpoint] !== undefined) return taken[endpoint];
    const likely = taken.token ?? "client_secret_post";
    const listed = listedBy(metadata, endpoint);
    return lists(listed, other(likely)) && !lists(listed, likely) ? other(likely) : likely;
  };

  return {
    async request(endpoint, metadata, send) {
      if (secret === undefined || secret === "") return send(None());
      const sendBy = async (method: ClientAuthenticationMethod) => {
        const answer = await send(methods[method](secret));
        taken[endpoint] = method;
        return answer;
      };
      const method = first(endpoint, metadata);
      try {
        return await sendBy(method);
      } catch (error) {
        if (chosen !== "auto" || !isInvalidClient(error)) throw error;
        return sendBy(other(method));
      }
    },
  };
};
