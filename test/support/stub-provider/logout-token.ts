import { randomUUID } from "node:crypto";
import type { TokenFlaw } from "./flaw.ts";
import { mint } from "./id-token.ts";
import type { StubState } from "./stub-state.ts";

export const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";

export interface LogoutTokenFaults {
  readonly flaw?: TokenFlaw;
  /** The header's `typ`; `undefined` leaves it out. Default: "logout+jwt". */
  readonly type?: string | undefined;
}

/** A logout token (OpenID Connect Back-Channel Logout section 2.4); undefined claims are left out. */
export const mintLogoutToken = (
  state: StubState,
  claims: { readonly [claim: string]: unknown } = {},
  { flaw, ...header }: LogoutTokenFaults = {},
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
  return mint(wanted, { issuer: state.issuer, key, now, flaw, type });
};
