import type { Settings } from "./settings.ts";

/** RFC 6749 section 3.3. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Parameters that the server sets itself, or that would change how the provider responds. */
const ownParameters: ReadonlySet<string> = new Set([
  "client_id",
  "code_challenge",
  "code_challenge_method",
  "nonce",
  "redirect_uri",
  "request",
  "request_uri",
  "response_mode",
  "response_type",
  "scope",
  "state",
]);

const checkScopes = (settings: Settings, problems: string[]): void => {
  const { OAUTH2_SCOPES_SUPPORTED: supported, OAUTH2_SCOPES: asked } = settings;
  if (supported && !(supported.includes("openid") && supported.includes("profile"))) {
    problems.push("OAUTH2_SCOPES_SUPPORTED has to hold openid and profile.");
  }
  if (asked && !asked.includes("openid")) {
    problems.push("OAUTH2_SCOPES has to hold openid: without it no provider sends an id token.");
  }
  const wrong = asked?.find((scope) => !scopeToken.test(scope));
  if (wrong !== undefined) {
    problems.push(
      `OAUTH2_SCOPES: ${JSON.stringify(wrong)} is no scope. Write each as a text of its own: ["openid","profile"].`,
    );
  }
};

const checkParameters = (settings: Settings, problems: string[]): void => {
  for (const name of Object.keys(settings.OAUTH2_AUTHORIZATION_PARAMS)) {
    if (!ownParameters.has(name)) continue;
    const instead = name === "scope" ? " Use OAUTH2_SCOPES instead." : " Remove it.";
    problems.push(`OAUTH2_AUTHORIZATION_PARAMS: the server sets ${name} itself.${instead}`);
  }
};

/** Finds settings that cannot work for requests to the operator's provider. */
export const checkProvider = (settings: Settings, problems: string[]): void => {
  checkScopes(settings, problems);
  checkParameters(settings, problems);
};
