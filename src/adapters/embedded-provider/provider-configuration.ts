import { type Client, type Context, type ErrorOut, interactionPolicy, type Session } from "oidc-provider";
import type { Seconds } from "../../domain/brand.ts";
import type { ClaimNames } from "../../domain/identity/user.ts";
import type { Accounts } from "./accounts/accounts.ts";
import type { EntryStore } from "./entries/entry-store.ts";
import { createModelAdapter } from "./entries/model-adapter.ts";
import { errorView } from "./error-view.ts";
import type { Pages } from "./pages.ts";
import type { ProviderKeys } from "./provider-keys.ts";

export interface EmbeddedClients {
  readonly app: { readonly id: string; readonly secret: string };
  readonly cli: { readonly id: string };
}

export interface Lifetimes {
  readonly idToken: Seconds;
  readonly accessToken: Seconds;
  /** Of one refresh token; each refresh grant rotates it. */
  readonly refreshToken: Seconds;
  /** Of the provider session. */
  readonly session: Seconds;
}

/** The provider's accounts are in groups, so its tokens name them. */
export type EmbeddedClaimNames = ClaimNames & { readonly groups: string };

export interface ConfigurationParts {
  /** The path at which the provider is mounted, such as `/idp`. */
  readonly mountPath: string;
  readonly origins: readonly string[];
  readonly clients: EmbeddedClients;
  readonly claimNames: EmbeddedClaimNames;
  readonly lifetimes: Lifetimes;
  readonly accounts: Accounts;
  readonly store: EntryStore;
  readonly keys: ProviderKeys;
  readonly pages: Pages;
}

const scopes = ["openid", "profile", "email", "offline_access"];
const minute: Seconds = 60;
const day: Seconds = 24 * 3600;

/** The longest time that somebody can stay logged in by refresh grants. */
const grantLifetime: Seconds = 366 * day;
/** Of a login form, and of a provider session in which nobody is logged in. */
const unfinishedLifetime: Seconds = 30 * minute;

const registeredClients = ({ clients, origins }: ConfigurationParts) => {
  const common = { grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] };
  return [
    {
      ...common,
      client_id: clients.app.id,
      client_secret: clients.app.secret,
      // oidc-provider accepts the secret in the form as well.
      token_endpoint_auth_method: "client_secret_basic",
      redirect_uris: origins.map((origin) => `${origin}/logged-in`),
      post_logout_redirect_uris: origins.flatMap((origin) => [origin, `${origin}/`]),
    },
    {
      ...common,
      client_id: clients.cli.id,
      application_type: "native",
      token_endpoint_auth_method: "none",
      // A native client may use any port (RFC 8252 section 7.3).
      redirect_uris: ["http://127.0.0.1/", "http://localhost/"],
    },
  ];
};

/** Each login has its own grant, so that the reuse of a refresh token revokes that login's tokens only. */
const newGrant = async ({ oidc }: Context) => {
  if (oidc.account === undefined || oidc.client === undefined) return undefined;
  const grant = new oidc.provider.Grant({
    accountId: oidc.account.accountId,
    clientId: oidc.client.clientId,
  });
  grant.addOIDCScope(scopes.join(" "));
  await grant.save();
  return grant;
};

/** A client may revoke its own tokens only, and learns nothing about those of others (RFC 7009 section 2.1). */
const isOwnToken = async (_ctx: unknown, client: Client, token: { readonly clientId: string }) =>
  token.clientId === client.clientId;

const findAccount =
  ({ accounts, claimNames }: ConfigurationParts) =>
  async (_ctx: unknown, id: string) => {
    const account = accounts.find(id);
    if (account === undefined) return undefined;
    return {
      accountId: account.username,
      claims: async () => ({
        sub: account.username,
        [claimNames.username]: account.username,
        [claimNames.groups]: account.groups,
      }),
    };
  };

const logoutPages = ({ pages }: ConfigurationParts) => ({
  logoutSource: async (ctx: Context) => {
    ctx.body = await pages.logout({
      username: ctx.oidc.session?.accountId ?? "",
      action: ctx.oidc.urlFor("end_session_confirm"),
      xsrf: ctx.oidc.session?.state?.secret ?? "",
    });
  },
  postLogoutSuccessSource: async (ctx: Context) => {
    ctx.type = "html";
    ctx.body = await pages.loggedOut();
  },
});

const errorPage =
  ({ pages }: ConfigurationParts) =>
  async (ctx: Context, { error, error_description: description }: ErrorOut, cause: unknown) => {
    const clientErrorView = {
      heading: "This request was refused",
      explanation: description ?? "The server cannot do what was asked.",
    };
    ctx.type = "html";
    const view = error === "server_error" ? errorView(cause) : clientErrorView;
    ctx.body = await pages.error({ ...view, code: error });
  };

const cookies = ({ keys, mountPath }: ConfigurationParts) => {
  // The origins, which are all of this machine, include http and https with one host name, and browsers do not replace
  // a Secure cookie over http.
  const common = { httpOnly: true, sameSite: "lax", secure: false };
  return {
    keys: keys.cookieKeys,
    names: { session: "idp_session", interaction: "idp_interaction", resume: "idp_resume" },
    long: { ...common, path: mountPath },
    short: common,
  };
};

/** The configuration of oidc-provider, most of which disables features that are not needed. */
export const providerConfiguration = (parts: ConfigurationParts): object => {
  const { claimNames, keys, lifetimes, mountPath, store } = parts;
  const policy = interactionPolicy.base();
  // Both clients are this server's own, so that there is no third party to consent to.
  policy.remove("consent");
  return {
    adapter: (model: string) => createModelAdapter(store, model),
    clients: registeredClients(parts),
    jwks: keys.jwks,
    cookies: cookies(parts),
    findAccount: findAccount(parts),
    loadExistingGrant: newGrant,
    scopes,
    claims: { openid: ["sub"], profile: [claimNames.username, claimNames.groups], email: ["email"] },
    // The clients read the user's claims from the id token alone.
    conformIdTokenClaims: false,
    responseTypes: ["code"],
    pkce: { required: () => true },
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "none"],
    clientBasedCORS: () => false,
    clockTolerance: 0,
    issueRefreshToken: async (_ctx: unknown, client: Client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: true,
    // The command line stays logged in when the browser logs out.
    expiresWithSession: async () => false,
    interactions: {
      policy,
      url: async (_ctx: unknown, interaction: { uid: string }) =>
        `${mountPath}/interaction/${interaction.uid}`,
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
      revocation: { enabled: true, allowedPolicy: isOwnToken },
      rpInitiatedLogout: { enabled: true, ...logoutPages(parts) },
    },
    renderError: errorPage(parts),
    enabledJWA: { idTokenSigningAlgValues: ["RS256"] },
    ttl: {
      AccessToken: lifetimes.accessToken,
      AuthorizationCode: minute,
      Grant: grantLifetime,
      IdToken: lifetimes.idToken,
      Interaction: unfinishedLifetime,
      RefreshToken: lifetimes.refreshToken,
      Session: (_ctx: unknown, session: Session) =>
        session.accountId === undefined ? unfinishedLifetime : lifetimes.session,
    },
  };
};
