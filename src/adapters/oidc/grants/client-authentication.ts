import { type ClientAuth, ClientSecretBasic, ClientSecretPost, None, ResponseBodyError } from "openid-client";
import type { Json } from "../../../domain/brand.ts";
import type { ProviderMetadata } from "../../../domain/identity/provider-metadata.ts";
import type { ClientAuthenticationMethod, OidcOptions } from "../options.ts";

type Endpoint = "token" | "revocation";

/** Client authentication (OpenID Connect Core section 9). */
export interface ClientAuthentication {
  /**
   * Sends a request with the method that is most likely right. If that is not configured, and the provider answers
   * `invalid_client` (RFC 6749 section 5.2), sends it once more with the other one. The method that succeeded is used
   * first from then on.
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

const includes = (supported: Json | undefined, method: string): boolean =>
  Array.isArray(supported) && supported.includes(method);

/**
 * Providers whose metadata do not list the methods of the revocation endpoint mostly accept those of the token
 * endpoint.
 */
const supportedMethods = (metadata: ProviderMetadata, endpoint: Endpoint): Json | undefined => {
  const atTokenEndpoint = metadata["token_endpoint_auth_methods_supported"];
  return endpoint === "token"
    ? atTokenEndpoint
    : (metadata["revocation_endpoint_auth_methods_supported"] ?? atTokenEndpoint);
};

const isInvalidClient = (error: unknown): boolean =>
  error instanceof ResponseBodyError && error.error === "invalid_client";

export const clientAuthentication = (client: OidcOptions["client"]): ClientAuthentication => {
  const { secret, authentication: configured = "auto" } = client;
  const succeeded: { [At in Endpoint]?: ClientAuthenticationMethod } = {};

  const preferredMethod = (endpoint: Endpoint, metadata: ProviderMetadata): ClientAuthenticationMethod => {
    if (configured !== "auto") return configured;
    if (succeeded[endpoint] !== undefined) return succeeded[endpoint];
    const likely = succeeded.token ?? "client_secret_post";
    const supported = supportedMethods(metadata, endpoint);
    return includes(supported, other(likely)) && !includes(supported, likely) ? other(likely) : likely;
  };

  return {
    async request(endpoint, metadata, send) {
      if (secret === undefined || secret === "") return send(None());
      const sendWith = async (method: ClientAuthenticationMethod) => {
        const response = await send(methods[method](secret));
        succeeded[endpoint] = method;
        return response;
      };
      const method = preferredMethod(endpoint, metadata);
      try {
        return await sendWith(method);
      } catch (error) {
        if (configured !== "auto" || !isInvalidClient(error)) throw error;
        return sendWith(other(method));
      }
    },
  };
};
