import { setTimeout as delay } from "node:timers/promises";
import type { Seconds } from "../domain/brand.ts";
import { roleGroupMapping } from "../domain/identity/role-group-mapping.ts";
import type { AdapterParts } from "./adapters.ts";
import type { ProviderParts } from "./config/identity-provider.ts";
import type { Ports } from "./resolve-ports.ts";
import { renewals } from "./runtime/renewals.ts";
import { backchannelLogout } from "./usecases/identity/backchannel-logout.ts";
import { findSessions } from "./usecases/identity/find-sessions.ts";
import { identifyCaller } from "./usecases/identity/identify-caller.ts";
import { revokeLogin } from "./usecases/identity/revoke-login.ts";
import { signIn } from "./usecases/identity/sign-in.ts";
import { userinfo as claimsFromUserinfo } from "./usecases/identity/userinfo.ts";
import { idTokenValidation } from "./usecases/identity/validate-id-token.ts";
import { recordSignIn, withBearerRecord } from "./usecases/people/record-sign-in.ts";
import type { Background } from "./usecases/sessions/background.ts";
import { mySessions } from "./usecases/sessions/my-sessions.ts";
import { registeredSessions } from "./usecases/sessions/registered-sessions.ts";
import { renewTokens } from "./usecases/sessions/renew-tokens.ts";
import { sessionTokens } from "./usecases/sessions/session-tokens.ts";
import { sessions } from "./usecases/sessions/sessions.ts";
import { touchSession } from "./usecases/sessions/touch-session.ts";

interface LoginDeps {
  readonly ports: Ports;
  readonly parts: AdapterParts;
  readonly provider: ProviderParts;
  readonly background: Background;
}

/** The use cases of logins and their sessions. */
export const loginParts = ({ ports, parts, provider, background }: LoginDeps) => {
  const { settings } = parts.configuration;
  const claimNames = { ...provider.claimNames, mapping: roleGroupMapping(settings.ROLE_GROUPS) };
  const idleTimeout = settings.SESSION_MAX_AGE;
  const session = { ...ports, sessions: ports.sessionStore, idleTimeout };
  const find = findSessions(session);
  const revoke = revokeLogin({ ...ports, background, findSessions: find });
  const tokens = sessionTokens({ ...session, revoke });
  const registered = registeredSessions({ ...session, tokens, find, revoke });
  const userinfo = claimsFromUserinfo({ ...ports, claimNames, userinfoMode: settings.OIDC_USERINFO });
  const backdatedBy = settings.OIDC_IAT_BACKDATED_BY;
  const validate = idTokenValidation({ ...ports, userinfo, claimNames, backdatedBy });
  const timeout = settings.RENEWAL_TIMEOUT;
  const wait = (time: Seconds) => delay(time * 1000);
  const logins = { tokens, registered, revoke, userinfo, claimNames };
  const renew = renewTokens({ ...session, ...logins, validate, lockTimeout: timeout, wait });
  const renewing = parts.closers.add(renewals({ ...ports, renew, timeout }));
  const record = recordSignIn({ ...ports, background });
  const identify = identifyCaller({
    ...ports,
    validate,
    tokens,
    renewals: renewing,
    touchSession: touchSession({ ...session, registered }),
    maxLifetime: settings.SESSION_MAX_LIFETIME,
  });
  return {
    sessions: sessions({ store: ports.sessionStore, registered, random: ports.random, idleTimeout }),
    mySessions: mySessions({ ...ports, registered }),
    backchannelLogout: backchannelLogout({ ...ports, registered, background }),
    identify: withBearerRecord(identify, record),
    signIn: signIn({
      ...session,
      ...provider,
      ...logins,
      background,
      recordSignIn: record,
    }),
  };
};
