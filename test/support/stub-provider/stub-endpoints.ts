import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { served } from "./dialects/dialect.ts";
import {
  callbackFlaws,
  discoveryFlaws,
  expiredAccess,
  keySetFlaws,
  revocationFlaws,
  userinfoFlaws,
} from "./flaw.ts";
import { signingKey } from "./signing-key.ts";
import { answerBadly, answerJson, redirect } from "./stub-answer.ts";
import type { Endpoint, StubState } from "./stub-state.ts";
import { nextFlaw } from "./stub-state.ts";
import { answerTokenRequest, authenticate } from "./stub-tokens.ts";

type Answer = (
  state: StubState,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void>;

const ownDescription = ({ issuer }: StubState) => ({
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

const describe = (state: StubState, request: IncomingMessage): { readonly [name: string]: unknown } => {
  const { dialect, metadata } = state.options;
  const own = dialect ? served(dialect, `http://${request.headers.host}`) : ownDescription(state);
  return { ...own, ...metadata };
};

const discovery: Answer = async (state, _url, request, response) => {
  const flaw = nextFlaw(state, discoveryFlaws);
  if (await answerBadly(response, flaw, state.slowness)) return;
  const lacking = flaw === "discovery-incomplete" ? { jwks_uri: undefined } : {};
  answerJson(response, 200, { ...describe(state, request), ...lacking });
};

const keySet: Answer = async (state, _url, _request, response) => {
  const flaw = nextFlaw(state, keySetFlaws);
  // This comes before any delay, so that a slow answer has old content.
  const { dialect } = state.options;
  const keys = state.keys.map((key) => dialect?.publicKey(key.publicJwk) ?? key.publicJwk);
  if (await answerBadly(response, flaw, state.slowness)) return;
  answerJson(response, 200, flaw === "jwks-malformed" ? { keys: "none" } : { keys });
};

/** Approves each request at once, for the person in the state. */
const authorize: Answer = async (state, url, request, response) => {
  const asked = (name: string): string => url.searchParams.get(name) ?? "";
  const { sub } = state.person;
  state.people.set(sub, state.person);
  const nonce = url.searchParams.get("nonce") ?? undefined;
  const { dialect } = state.options;
  const scopes = asked("scope").split(" ");
  const isOffline =
    (!dialect?.needsOfflineAccess || scopes.includes("offline_access")) &&
    (dialect?.givesRefreshToken?.(url.searchParams) ?? true);
  const grant = {
    subject: sub,
    clientId: asked("client_id"),
    nonce,
    sid: state.providerSession,
    isOffline,
    scopes,
  };
  const code = state.grants.issueCode(grant, asked("redirect_uri"), asked("code_challenge"));
  const flaw = nextFlaw(state, callbackFlaws);
  const callback = new URL(asked("redirect_uri"));
  const answer = callback.searchParams;
  if (flaw === "access-denied") answer.set("error", "access_denied");
  else answer.set("code", code);
  if (flaw === "code-twice-in-callback") answer.append("code", "another-code");
  answer.set("state", flaw === "wrong-state-in-callback" ? "another-state" : asked("state"));
  const tellsIssuer = describe(state, request)["authorization_response_iss_parameter_supported"] === true;
  if (flaw === "wrong-iss-in-callback") answer.set("iss", "https://elsewhere.example");
  else if (tellsIssuer && flaw !== "missing-iss-in-callback") answer.set("iss", state.issuer);
  for (const [name, value] of Object.entries(dialect?.callback ?? {})) answer.set(name, value);
  redirect(response, callback.href);
};

const endSession: Answer = async (_state, url, _request, response) =>
  redirect(response, url.searchParams.get("post_logout_redirect_uri") ?? "about:blank");

/** The response to a revocation is empty (RFC 7009 section 2). */
const revocation: Answer = async (state, _url, request, response) => {
  const form = new URLSearchParams(await text(request));
  const { authorization } = request.headers;
  state.revocationRequests.push({ authorization, form });
  const flaw = nextFlaw(state, revocationFlaws);
  if (await answerBadly(response, flaw?.replace(/^revocation-/, ""), state.slowness)) return;
  const secretInForm = authorization === undefined && form.has("client_secret");
  if (
    (secretInForm && state.options.dialect?.revokesByHeader) ||
    authenticate(state, authorization, form) === undefined
  ) {
    if (state.options.dialect?.refusesInSilence) response.writeHead(401).end();
    else answerJson(response, 401, { error: "invalid_client" });
    return;
  }
  const token = form.get("token") ?? "";
  state.grants.revoke(token, state.revokesAlone);
  state.revoked.push(token);
  response.writeHead(200).end();
};

/** OpenID Connect Core section 5.3. */
const userinfo: Answer = async (state, _url, request, response) => {
  const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
  state.userinfoRequests.push(token);
  const flaw = nextFlaw(state, userinfoFlaws);
  if (flaw === "userinfo-403") return answerJson(response, 403, { error: "insufficient_scope" });
  if (await answerBadly(response, flaw?.replace(/^userinfo-/, ""), state.slowness)) return;
  const owner = nextFlaw(state, expiredAccess) === undefined ? state.accessTokens.get(token) : undefined;
  if (owner === undefined) {
    response.setHeader("www-authenticate", 'Bearer error="invalid_token"');
    return answerJson(response, 401, { error: "invalid_token" });
  }
  const sub = flaw === "userinfo-other-subject" ? "subject-of-mallory" : owner.sub;
  const person = state.people.get(owner.subject);
  const said = { sub, ...state.options.dialect?.userinfo?.(person, owner.scopes), ...person?.userinfo };
  answerJson(response, 200, flaw === "userinfo-no-subject" ? { ...said, sub: undefined } : said);
};

/** Keys that only token headers name (`jku`, `x5u`), and that no server should request. */
const strangersKeys: Answer = async (_state, _url, _request, response) =>
  answerJson(response, 200, { keys: [(await signingKey("RS256", "stranger")).publicJwk] });

const endpoints = new Map<string, readonly [Endpoint, Answer]>([
  ["/.well-known/openid-configuration", ["discovery", discovery]],
  ["/jwks", ["jwks", keySet]],
  ["/authorize", ["authorize", authorize]],
  ["/token", ["token", (state, _url, request, response) => answerTokenRequest(state, request, response)]],
  ["/logout", ["end-session", endSession]],
  ["/revoke", ["revocation", revocation]],
  ["/userinfo", ["userinfo", userinfo]],
  ["/strangers-keys", ["strangers-keys", strangersKeys]],
]);

export const answerRequest = async (
  state: StubState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const url = new URL(request.url ?? "/", state.issuer);
  // The metadata is also below the path of an imitated issuer.
  const known = endpoints.get(url.pathname.replace(/^.*(?=\/\.well-known\/)/, ""));
  if (known === undefined) {
    answerJson(response, 404, { error: "not_found" });
    return;
  }
  const [name, answer] = known;
  state.calls[name] += 1;
  await answer(state, url, request, response);
};
