import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { type AnswerFlaw, answerFlaws, tokenFlaws } from "./flaw.ts";
import type { Grant } from "./grants.ts";
import { mint } from "./id-token.ts";
import { answerBadly, answerJson } from "./stub-answer.ts";
import { nextFlaw, type StubState } from "./stub-state.ts";

/** The scopes that the Nextstrain CLI always requests. */
export const cliScopes = ["openid", "profile", "email", "offline_access"] as const;

/** An id token for a person, with the flaw that is active. */
export const mintFor = async (
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
    exp: now + state.tokenLife,
    preferred_username: person?.username,
    groups: person?.groups,
    ...dialect?.claims(person, clientId, scopes),
    ...person?.claims,
    ...more,
  };
  const type = dialect?.tellsType === false ? undefined : "JWT";
  return mint(claims, { issuer: state.issuer, key, now, flaw: nextFlaw(state, tokenFlaws), type });
};

const decodeBasic = (authorization: string): readonly [string, string] => {
  const [id = "", secret = ""] = Buffer.from(authorization.slice("Basic ".length), "base64")
    .toString()
    .split(":");
  const decode = (value: string): string => decodeURIComponent(value.replaceAll("+", " "));
  return [decode(id), decode(secret)];
};

/** Authenticates the client of a request (RFC 6749 section 2.3.1). */
export const authenticate = (
  state: StubState,
  authorization: string | undefined,
  form: URLSearchParams,
): string | undefined => {
  const sentBy = authorization !== undefined ? "header" : form.has("client_secret") ? "form" : undefined;
  const taken = state.takesSecrets ?? state.options.dialect?.takesSecrets;
  if (sentBy !== undefined && taken !== undefined && sentBy !== taken) return undefined;
  const [id, secret] = authorization?.startsWith("Basic ")
    ? decodeBasic(authorization)
    : [form.get("client_id"), form.get("client_secret") ?? undefined];
  const { app, cli } = state.options.clients;
  const client = [app, cli].find((known) => known.id === id);
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

/** Also when another flaw is to be shown just now. */
const rotates = (state: StubState, flaw: AnswerFlaw | undefined): boolean =>
  flaw === "rotating-refresh-tokens" || state.lasting.has("rotating-refresh-tokens");

const newAccessToken = (state: StubState, subject: string, { clientId, scopes = [] }: Grant): string => {
  const token = `an-access-token-${state.accessTokens.size + 1}`;
  const told = state.options.dialect?.claims(state.people.get(subject), clientId, scopes)["sub"];
  state.accessTokens.set(token, { subject, sub: typeof told === "string" ? told : subject, scopes });
  return token;
};

const padding = "x".repeat(2 * 1024 * 1024);

const tokensFor = async (
  state: StubState,
  grant: Grant,
  isRefresh: boolean,
  flaw: AnswerFlaw | undefined,
): Promise<object> => {
  const subject = isRefresh && flaw === "other-subject-on-refresh" ? "subject-of-mallory" : grant.subject;
  const nonce = isRefresh || grant.nonce === undefined ? {} : { nonce: grant.nonce };
  const sid = grant.sid === undefined ? {} : { sid: grant.sid };
  const idToken = await mintFor(state, subject, grant.clientId, { ...nonce, ...sid }, grant.scopes);
  const hasIdToken = flaw !== "no-id-token" && !(isRefresh && state.options.dialect?.renewsWithoutIdToken);
  const givesRefreshToken =
    flaw !== "no-refresh-token" && grant.isOffline !== false && (!isRefresh || rotates(state, flaw));
  return {
    token_type: "Bearer",
    expires_in: Math.max(0, state.tokenLife),
    ...(flaw === "no-access-token" ? {} : { access_token: newAccessToken(state, subject, grant) }),
    ...(hasIdToken ? { id_token: idToken } : {}),
    ...(givesRefreshToken ? { refresh_token: state.grants.issueRefreshToken(grant) } : {}),
  };
};

/** OAuth error responses (RFC 6749 section 5.2), and responses that resemble them. */
const errorFlaws: {
  readonly [Name in AnswerFlaw]?: readonly [status: number, error: string, description?: string];
} = {
  "invalid-grant": [400, "invalid_grant"],
  "invalid-grant-with-401": [401, "invalid_grant"],
  "invalid-grant-with-403": [403, "invalid_grant"],
  "interaction-required": [400, "interaction_required"],
  "refused-as-by-dex": [400, "invalid_request", "Refresh token expired."],
  "other-400": [400, "invalid_request"],
  "invalid-client": [401, "invalid_client"],
  "too-many-requests": [429, "slow_down"],
  "server-error-with-invalid-grant": [500, "invalid_grant"],
};

export const answerTokenRequest = async (
  state: StubState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const form = new URLSearchParams(await text(request));
  const { authorization } = request.headers;
  state.tokenRequests.push({ authorization, form });
  const flaw = nextFlaw(state, answerFlaws);
  if (await answerBadly(response, flaw, state.slowness)) return;
  const error = flaw === undefined ? undefined : errorFlaws[flaw];
  if (error !== undefined) {
    const [status, code, description = "The stub was asked to say so"] = error;
    answerJson(response, status, { error: code, error_description: description });
    return;
  }
  const clientId = authenticate(state, authorization, form);
  if (clientId === undefined) {
    response.setHeader("www-authenticate", 'Basic realm="stub"');
    answerJson(response, 401, { error: "invalid_client" });
    return;
  }
  const grant = grantFor(state, form, clientId, rotates(state, flaw));
  if (grant === undefined) {
    answerJson(response, 400, { error: "invalid_grant" });
    return;
  }
  const tokens = await tokensFor(state, grant, form.get("grant_type") === "refresh_token", flaw);
  if (flaw === "redeemed-but-slow") await sleep(state.slowness * 1000, undefined, { ref: false });
  if (flaw === "half-an-answer") {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(tokens).slice(0, -20));
  } else answerJson(response, 200, flaw === "oversized-answer" ? { ...tokens, padding } : tokens);
};
