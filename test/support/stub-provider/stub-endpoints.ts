import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { servedMetadata } from "./dialects/dialect.ts";
import {
  accessTokenFaults,
  callbackFaults,
  discoveryFaults,
  keySetFaults,
  revocationFaults,
  userinfoFaults,
} from "./fault.ts";
import { signingKey } from "./signing-key.ts";
import { redirect, sendFaultyResponse, sendJson } from "./stub-responses.ts";
import type { Endpoint, StubState } from "./stub-state.ts";
import { nextFault } from "./stub-state.ts";
import { authenticate, handleTokenRequest } from "./stub-tokens.ts";

type Handler = (
  state: StubState,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void>;

const stubMetadata = ({ issuer }: StubState) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize?realm=lab`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  end_session_endpoint: `${issuer}/logout?realm=lab`,
  revocation_endpoint: `${issuer}/revoke`,
  userinfo_endpoint: `${issuer}/userinfo`,
  scopes_supported: ["openid", "profile", "email", "offline_access"],
  response_types_supported: ["code"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["RS256"],
  authorization_response_iss_parameter_supported: true,
});

const providerMetadata = (
  state: StubState,
  request: IncomingMessage,
): { readonly [name: string]: unknown } => {
  const { dialect, metadata } = state.options;
  const defaults = dialect ? servedMetadata(dialect, `http://${request.headers.host}`) : stubMetadata(state);
  return { ...defaults, ...metadata };
};

const discovery: Handler = async (state, _url, request, response) => {
  const fault = nextFault(state, discoveryFaults);
  if (await sendFaultyResponse(response, fault, state.responseDelay)) return;
  const omitted = fault === "discovery-incomplete" ? { jwks_uri: undefined } : {};
  sendJson(response, 200, { ...providerMetadata(state, request), ...omitted });
};

const keySet: Handler = async (state, _url, _request, response) => {
  const fault = nextFault(state, keySetFaults);
  // Read before any delay, so that a slow response is outdated.
  const { dialect } = state.options;
  const keys = state.keys.map((key) => dialect?.publicKey(key.publicJwk) ?? key.publicJwk);
  if (await sendFaultyResponse(response, fault, state.responseDelay)) return;
  sendJson(response, 200, fault === "jwks-malformed" ? { keys: "none" } : { keys });
};

/** Authenticates `state.person` without a page. */
const authorize: Handler = async (state, url, request, response) => {
  const parameter = (name: string): string => url.searchParams.get(name) ?? "";
  const { sub } = state.person;
  state.people.set(sub, state.person);
  const nonce = url.searchParams.get("nonce") ?? undefined;
  const { dialect } = state.options;
  const scopes = parameter("scope").split(" ");
  const isOffline =
    (!dialect?.needsOfflineAccess || scopes.includes("offline_access")) &&
    (dialect?.issuesRefreshToken?.(url.searchParams) ?? true);
  const grant = {
    subject: sub,
    clientId: parameter("client_id"),
    nonce,
    sid: state.providerSession,
    isOffline,
    scopes,
  };
  const code = state.grants.issueCode(grant, parameter("redirect_uri"), parameter("code_challenge"));
  const fault = nextFault(state, callbackFaults);
  const callback = new URL(parameter("redirect_uri"));
  const query = callback.searchParams;
  if (fault === "access-denied") query.set("error", "access_denied");
  else query.set("code", code);
  if (fault === "code-twice-in-callback") query.append("code", "another-code");
  query.set("state", fault === "wrong-state-in-callback" ? "another-state" : parameter("state"));
  const metadata = providerMetadata(state, request);
  const supportsIss = metadata["authorization_response_iss_parameter_supported"] === true;
  if (fault === "wrong-iss-in-callback") query.set("iss", "https://elsewhere.example");
  else if (supportsIss && fault !== "missing-iss-in-callback") query.set("iss", state.issuer);
  for (const [name, value] of Object.entries(dialect?.callback ?? {})) query.set(name, value);
  redirect(response, callback.href);
};

const endSession: Handler = async (_state, url, _request, response) =>
  redirect(response, url.searchParams.get("post_logout_redirect_uri") ?? "about:blank");

/** RFC 7009 section 2: a successful response is empty. */
const revocation: Handler = async (state, _url, request, response) => {
  const form = new URLSearchParams(await text(request));
  const { authorization } = request.headers;
  state.revocationRequests.push({ authorization, form });
  const fault = nextFault(state, revocationFaults);
  if (await sendFaultyResponse(response, fault?.replace(/^revocation-/, ""), state.responseDelay)) return;
  const secretInForm = authorization === undefined && form.has("client_secret");
  if (
    (secretInForm && state.options.dialect?.revocationNeedsHeader) ||
    authenticate(state, authorization, form) === undefined
  ) {
    if (state.options.dialect?.omitsErrorBody) response.writeHead(401).end();
    else sendJson(response, 401, { error: "invalid_client" });
    return;
  }
  const token = form.get("token") ?? "";
  state.grants.revoke(token, state.revokesSingleToken);
  state.revoked.push(token);
  response.writeHead(200).end();
};

/** OpenID Connect Core section 5.3. */
const userinfo: Handler = async (state, _url, request, response) => {
  const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
  state.userinfoRequests.push(token);
  const fault = nextFault(state, userinfoFaults);
  if (fault === "userinfo-403") return sendJson(response, 403, { error: "insufficient_scope" });
  if (await sendFaultyResponse(response, fault?.replace(/^userinfo-/, ""), state.responseDelay)) return;
  const owner = nextFault(state, accessTokenFaults) === undefined ? state.accessTokens.get(token) : undefined;
  if (owner === undefined) {
    response.setHeader("www-authenticate", 'Bearer error="invalid_token"');
    return sendJson(response, 401, { error: "invalid_token" });
  }
  const sub = fault === "userinfo-other-subject" ? "subject-of-mallory" : owner.sub;
  const person = state.people.get(owner.subject);
  const claims = { sub, ...state.options.dialect?.userinfo?.(person, owner.scopes), ...person?.userinfo };
  sendJson(response, 200, fault === "userinfo-no-subject" ? { ...claims, sub: undefined } : claims);
};

/** Never to be requested: only the headers of forged tokens name this URL. */
const attackerKeys: Handler = async (_state, _url, _request, response) =>
  sendJson(response, 200, { keys: [(await signingKey("RS256", "attacker")).publicJwk] });

const endpoints = new Map<string, readonly [Endpoint, Handler]>([
  ["/.well-known/openid-configuration", ["discovery", discovery]],
  ["/jwks", ["jwks", keySet]],
  ["/authorize", ["authorize", authorize]],
  ["/token", ["token", (state, _url, request, response) => handleTokenRequest(state, request, response)]],
  ["/logout", ["end-session", endSession]],
  ["/revoke", ["revocation", revocation]],
  ["/userinfo", ["userinfo", userinfo]],
  ["/attacker-keys", ["attacker-keys", attackerKeys]],
]);

export const handleRequest = async (
  state: StubState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const url = new URL(request.url ?? "/", state.issuer);
  // Discovery works below a real issuer's path, too.
  const endpoint = endpoints.get(url.pathname.replace(/^.*(?=\/\.well-known\/)/, ""));
  if (endpoint === undefined) {
    sendJson(response, 404, { error: "not_found" });
    return;
  }
  const [name, handle] = endpoint;
  state.calls[name] += 1;
  await handle(state, url, request, response);
};
