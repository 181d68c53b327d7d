import { tokenSealer } from "../../adapters/aes-gcm/token-sealer.ts";
import type { Seconds } from "../../domain/brand.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import type { Configuration } from "../config/configuration.ts";
import { openExternal } from "../config/identity-provider.ts";
import { openSecrets } from "../config/secrets.ts";
import { backgroundWork } from "../runtime/background-work.ts";
import { findSessions } from "../usecases/identity/find-sessions.ts";
import type { RevokeLogin } from "../usecases/identity/revoke-login.ts";
import { revokeLogin } from "../usecases/identity/revoke-login.ts";
import { endSessions } from "../usecases/sessions/end-sessions.ts";
import { registeredSessions } from "../usecases/sessions/registered-sessions.ts";
import { sessionTokens } from "../usecases/sessions/session-tokens.ts";
import type { CommandContext, Run } from "./command.ts";
import { CommandFailed, nothingFound } from "./command.ts";
import { reportRights } from "./report-rights.ts";
import type { StoredSessions } from "./stored-sessions.ts";
import { withSessions } from "./stored-sessions.ts";

/** How long revocations may take once all sessions have ended. */
const drainTimeout: Seconds = 30;

export const endSessionsOf: Run = async ([username = ""], context, { memberships }) => {
  const configuration = await context.configure();
  const ended = await withSessions(configuration, context, async (stored) => {
    const registered = await entriesOf(configuration, context, stored);
    const sessions = await endSessions({ ...stored, registered }, username);
    if (sessions > 0) {
      const what = sessions === 1 ? "1 session" : `${sessions} sessions`;
      context.print(`Ended ${what} of ${JSON.stringify(username)}.\n`);
    }
    if (configuration.settings.ADMINISTRATORS.includes(username)) {
      context.warn(
        `${JSON.stringify(username)} is an administrator: the setting ADMINISTRATORS has that name.\n`,
      );
    }
    const rights = await reportRights(context, stored, { username, end: memberships === true });
    return sessions + rights;
  });
  if (ended === 0) {
    throw new CommandFailed(
      `${JSON.stringify(username)} has no session here; nothing was ended.`,
      nothingFound,
    );
  }
};

const entriesOf = async (configuration: Configuration, { clock }: CommandContext, stored: StoredSessions) => {
  const { store: sessions, registry, log } = stored;
  const { encryptionKeys } = await openSecrets(configuration);
  const revoke = await revocation(configuration, clock, stored);
  const idleTimeout = configuration.settings.SESSION_MAX_AGE;
  const common = { sessions, registry, revoke, clock, idleTimeout, log: withoutSessionEnded(log) };
  const tokens = sessionTokens({ ...common, sealer: tokenSealer(encryptionKeys) });
  return registeredSessions({ ...common, tokens, find: findSessions(common) });
};

/** The embedded provider runs in the server's process; another process cannot revoke its tokens. */
const revocation = async (
  configuration: Configuration,
  clock: CommandContext["clock"],
  { store: sessions, registry, log, closers }: StoredSessions,
): Promise<RevokeLogin> => {
  if (configuration.provider.kind === "embedded") return () => undefined;
  const { identityProvider } = await openExternal({ configuration, clock, log, closers });
  const background = closers.add(backgroundWork({ log, drainTimeout }));
  return revokeLogin({ identityProvider, background, findSessions: findSessions({ sessions, registry }) });
};

/** Each ended session is not logged, since their number is printed in the end. */
const withoutSessionEnded = (log: Log): Log => ({
  write: (event) => {
    if (event.event !== "session-ended") log.write(event);
  },
});
