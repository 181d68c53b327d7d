import { randomUUID } from "node:crypto";
import type { TokenFault } from "./fault.ts";
import { mint } from "./id-token.ts";
import type { StubState } from "./stub-state.ts";

export const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";

export interface LogoutTokenOptions {
  readonly fault?: TokenFault;
  /** The header's `typ`; `undefined` omits it. Default: "logout+jwt". */
  readonly type?: string | undefined;
}

/** A logout token (OpenID Connect Back-Channel Logout section 2.4); undefined claims are omitted. */
export const mintLogoutToken = (
  state: StubState,
  claims: { readonly [claim: string]: unknown } = {},
  { fault, ...header }: LogoutTokenOptions = {},
): Promise<string> => {
  const now = Math.floor(state.options.now());
  const [key] = state.keys;
  if (key === undefined) throw new Error("The stub provider has no signing key");
  const wanted = {
    iss: state.issuer,
    aud: state.options.clients.app.id,
    iat: now,
    exp: now + 120,
    jti: randomUUID(),
    sub: state.person.sub,
    events: { [logoutEvent]: {} },
    ...claims,
  };
  const type = "type" in header ? header.type : "logout+jwt";
  return mint(wanted, { issuer: state.issuer, key, now, fault, type });
};
