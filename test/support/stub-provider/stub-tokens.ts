import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { type TokenResponseFault, tokenFaults, tokenResponseFaults } from "./fault.ts";
import type { Grant } from "./grant-store.ts";
import { mint } from "./id-token.ts";
import { sendFaultyResponse, sendJson } from "./stub-responses.ts";
import { nextFault, type StubState } from "./stub-state.ts";

/** The Nextstrain CLI requests these, whatever the provider supports. */
export const cliScopes = ["openid", "profile", "email", "offline_access"] as const;

/** An id token with the active fault, if any. */
export const mintIdToken = async (
  state: StubState,
  subject: string,
  clientId: string,
  more: { readonly [claim: string]: unknown },
  scopes: readonly string[] = cliScopes,
): Promise<string> => {
  const now = Math.floor(state.options.now());
  const person = state.people.get(subject);
  const { dialect } = state.options;
  const [key] = state.keys;
  if (key === undefined) throw new Error("The stub provider has no signing key");
  const claims = {
    iss: state.issuer,
    sub: subject,
    aud: clientId,
    iat: now - state.backdatedBy,
    exp: now + state.idTokenLifetime,
    preferred_username: person?.username,
    groups: person?.groups,
    ...dialect?.claims(person, clientId, scopes),
    ...person?.claims,
    ...more,
  };
  const type = dialect?.hasTypHeader === false ? undefined : "JWT";
  return mint(claims, { issuer: state.issuer, key, now, fault: nextFault(state, tokenFaults), type });
};

const decodeBasic = (authorization: string): readonly [string, string] => {
  const [id = "", secret = ""] = Buffer.from(authorization.slice("Basic ".length), "base64")
    .toString()
    .split(":");
  const decode = (value: string): string => decodeURIComponent(value.replaceAll("+", " "));
  return [decode(id), decode(secret)];
};

/** The client id of a request, if its client authentication is valid (RFC 6749 section 2.3.1). */
export const authenticate = (
  state: StubState,
  authorization: string | undefined,
  form: URLSearchParams,
): string | undefined => {
  const location = authorization !== undefined ? "header" : form.has("client_secret") ? "form" : undefined;
  const required = state.secretLocation ?? state.options.dialect?.secretLocation;
  if (location !== undefined && required !== undefined && location !== required) return undefined;
  const [id, secret] = authorization?.startsWith("Basic ")
    ? decodeBasic(authorization)
    : [form.get("client_id"), form.get("client_secret") ?? undefined];
  const { app, cli } = state.options.clients;
  const client = [app, cli].find((one) => one.id === id);
  return client !== undefined && client.secret === secret ? client.id : undefined;
};

const grantFor = (
  state: StubState,
  form: URLSearchParams,
  clientId: string,
  singleUse: boolean,
): Grant | undefined => {
  const field = (name: string): string => form.get(name) ?? "";
  return form.get("grant_type") === "authorization_code"
    ? state.grants.redeemCode(field("code"), clientId, field("redirect_uri"), field("code_verifier"))
    : state.grants.redeemRefreshToken(field("refresh_token"), clientId, singleUse);
};

/** Whether refresh tokens are rotated, also while another fault comes first. */
const rotatesRefreshTokens = (state: StubState, fault: TokenResponseFault | undefined): boolean =>
  fault === "rotating-refresh-tokens" || state.activeFaults.has("rotating-refresh-tokens");

const newAccessToken = (state: StubState, subject: string, { clientId, scopes = [] }: Grant): string => {
  const token = `an-access-token-${state.accessTokens.size + 1}`;
  const sub = state.options.dialect?.claims(state.people.get(subject), clientId, scopes)["sub"];
  state.accessTokens.set(token, { subject, sub: typeof sub === "string" ? sub : subject, scopes });
  return token;
};

const padding = "x".repeat(2 * 1024 * 1024);

const tokensFor = async (
  state: StubState,
  grant: Grant,
  isRefresh: boolean,
  fault: TokenResponseFault | undefined,
): Promise<object> => {
  const subject = isRefresh && fault === "other-subject-on-refresh" ? "subject-of-mallory" : grant.subject;
  const nonce = isRefresh || grant.nonce === undefined ? {} : { nonce: grant.nonce };
  const sid = grant.sid === undefined ? {} : { sid: grant.sid };
  const idToken = await mintIdToken(state, subject, grant.clientId, { ...nonce, ...sid }, grant.scopes);
  const hasIdToken = fault !== "no-id-token" && !(isRefresh && state.options.dialect?.omitsIdTokenOnRefresh);
  const issuesRefreshToken =
    fault !== "no-refresh-token" &&
    grant.isOffline !== false &&
    (!isRefresh || rotatesRefreshTokens(state, fault));
  return {
    token_type: "Bearer",
    expires_in: Math.max(0, state.idTokenLifetime),
    ...(fault === "no-access-token" ? {} : { access_token: newAccessToken(state, subject, grant) }),
    ...(hasIdToken ? { id_token: idToken } : {}),
    ...(issuesRefreshToken ? { refresh_token: state.grants.issueRefreshToken(grant) } : {}),
  };
};

/** OAuth errors (RFC 6749 section 5.2), and responses that only look like one. */
const errorFaults: {
  readonly [Name in TokenResponseFault]?: readonly [status: number, error: string, description?: string];
} = {
  "invalid-grant": [400, "invalid_grant"],
  "invalid-grant-with-401": [401, "invalid_grant"],
  "invalid-grant-with-403": [403, "invalid_grant"],
  "interaction-required": [400, "interaction_required"],
  "dex-invalid-request": [400, "invalid_request", "Refresh token expired."],
  "other-400": [400, "invalid_request"],
  "invalid-client": [401, "invalid_client"],
  "too-many-requests": [429, "slow_down"],
  "server-error-with-invalid-grant": [500, "invalid_grant"],
};

export const handleTokenRequest = async (
  state: StubState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const form = new URLSearchParams(await text(request));
  const { authorization } = request.headers;
  state.tokenRequests.push({ authorization, form });
  const fault = nextFault(state, tokenResponseFaults);
  if (await sendFaultyResponse(response, fault, state.responseDelay)) return;
  const error = fault === undefined ? undefined : errorFaults[fault];
  if (error !== undefined) {
    const [status, code, description = "The stub was asked to say so"] = error;
    sendJson(response, status, { error: code, error_description: description });
    return;
  }
  const clientId = authenticate(state, authorization, form);
  if (clientId === undefined) {
    response.setHeader("www-authenticate", 'Basic realm="stub"');
    sendJson(response, 401, { error: "invalid_client" });
    return;
  }
  const grant = grantFor(state, form, clientId, rotatesRefreshTokens(state, fault));
  if (grant === undefined) {
    sendJson(response, 400, { error: "invalid_grant" });
    return;
  }
  const tokens = await tokensFor(state, grant, form.get("grant_type") === "refresh_token", fault);
  if (fault === "redeemed-but-slow") await sleep(state.responseDelay * 1000, undefined, { ref: false });
  if (fault === "truncated-json") {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(tokens).slice(0, -20));
  } else sendJson(response, 200, fault === "oversized-response" ? { ...tokens, padding } : tokens);
};
