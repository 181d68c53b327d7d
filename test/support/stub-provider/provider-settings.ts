interface Client {
  readonly id: string;
  readonly secret?: string | undefined;
}

/** The settings by which a server knows a provider of the tests, and which of its claims name somebody. */
export const providerSettings = (
  issuer: string,
  clients: { readonly app: Client; readonly cli: Client },
) => ({
  OIDC_IDP_URL: issuer,
  OAUTH2_CLIENT_ID: clients.app.id,
  OAUTH2_CLIENT_SECRET: clients.app.secret ?? "",
  OAUTH2_CLI_CLIENT_ID: clients.cli.id,
  OAUTH2_CLI_CLIENT_REDIRECT_URIS: '["http://127.0.0.1/"]',
  OIDC_USERNAME_CLAIM: "preferred_username",
  OIDC_GROUPS_CLAIM: "groups",
});
