import { type ClientAuth, ClientSecretBasic, ClientSecretPost, None } from "openid-client";
import type { Json } from "../../domain/brand.ts";
import type { ProviderMetadata } from "../../domain/provider-metadata.ts";
import type { OidcOptions } from "./options.ts";

type Client = OidcOptions["client"];

const lists = (methods: Json | undefined, method: string): boolean =>
  Array.isArray(methods) && methods.includes(method);

/** By post, unless an endpoint lists `client_secret_basic` and not `client_secret_post`. */
const authentication = (client: Client, methods: Json | undefined): ClientAuth => {
  if (client.secret === undefined || client.secret === "") return None();
  const onlyBasic = lists(methods, "client_secret_basic") && !lists(methods, "client_secret_post");
  const { authentication: chosen = "auto" } = client;
  const basic = chosen === "client_secret_basic" || (chosen === "auto" && onlyBasic);
  return basic ? ClientSecretBasic(client.secret) : ClientSecretPost(client.secret);
};

export const tokenAuthentication = (client: Client, metadata: ProviderMetadata): ClientAuth =>
  authentication(client, metadata.token_endpoint_auth_methods_supported);

/**
 * Where a provider says nothing of its revocation endpoint, `client_secret_basic` is what it takes (RFC 8414
 * section 2); Amazon Cognito takes nothing else there, though its token endpoint does. One that has not got it
 * at the token endpoint is asked as there.
 */
export const revocationAuthentication = (client: Client, metadata: ProviderMetadata): ClientAuth => {
  const {
    revocation_endpoint_auth_methods_supported: methods,
    token_endpoint_auth_methods_supported: atTokens,
  } = metadata;
  if (methods !== undefined) return authentication(client, methods);
  const onlyPost = lists(atTokens, "client_secret_post") && !lists(atTokens, "client_secret_basic");
  return authentication(client, onlyPost ? atTokens : ["client_secret_basic"]);
};
