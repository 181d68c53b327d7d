import { ProviderDown, StoreDown } from "../../domain/failure.ts";
import type { Configuration } from "../config/configuration.ts";
import { openExternal } from "../config/identity-provider.ts";
import { people } from "../usecases/people/people.ts";
import type { Rebound } from "../usecases/people/rebind-memberships.ts";
import { rebindMemberships } from "../usecases/people/rebind-memberships.ts";
import type { CommandContext, CommandOptions, Run } from "./command.ts";
import { CommandFailed, nothingFound } from "./command.ts";
import type { StoredSessions } from "./stored-sessions.ts";
import { withSessions } from "./stored-sessions.ts";

const optionsFrom = (typed: CommandOptions) => ({
  group: typeof typed["group"] === "string" ? typed["group"] : undefined,
  usernames: Array.isArray(typed["username"]) ? typed["username"].map(String) : [],
});

export const rebind: Run = async (_, context, typed) => {
  const configuration = await context.configure();
  refuseUnneeded(configuration);
  await withSessions(configuration, context, async (stored) => {
    const issuer = await issuerOf(configuration, context, stored);
    const records = await stored.openRecords();
    const parts = { records, people: people(records), clock: context.clock };
    const { signal } = new AbortController();
    const run = (apply: boolean) =>
      rebindMemberships(parts, { ...optionsFrom(typed), issuer, apply }, signal).catch(unreadable);
    const planned = await run(false);
    if (planned.length === 0) {
      throw new CommandFailed(
        `Nothing that was asked for belongs to people of another provider than ${issuer}; nothing was changed.`,
        nothingFound,
      );
    }
    if (typed["yes"] !== true) {
      context.print(`${rowsOf(planned).join("\n")}\nNothing was changed: --yes does this.\n`);
      return;
    }
    context.print(`${rowsOf(await run(true)).join("\n")}\nDone.\n`);
  });
};

const refuseUnneeded = ({ provider, settings }: Configuration): void => {
  if (provider.kind === "embedded") {
    throw new CommandFailed("The demo accounts have no other provider: nothing can be rebound.", 1);
  }
  if (settings.MEMBERSHIPS === "provider" && settings.ADMINISTRATORS.length === 0) {
    throw new CommandFailed(
      "All roles come from the provider (MEMBERSHIPS=provider), and ADMINISTRATORS names nobody: nothing is kept here.",
      1,
    );
  }
};

const issuerOf = async (
  configuration: Configuration,
  { clock }: CommandContext,
  { log, closers }: StoredSessions,
): Promise<string> => {
  const { identityProvider } = await openExternal({ configuration, clock, log, closers });
  try {
    return (await identityProvider.metadata()).issuer;
  } catch (cause) {
    if (!(cause instanceof ProviderDown)) throw cause;
    throw new CommandFailed("The identity provider does not say who it is. Nothing was changed.", 1, {
      cause,
    });
  }
};

const unreadable = (error: unknown): never => {
  if (!(error instanceof StoreDown)) throw error;
  const why = error.cause instanceof Error ? error.cause.message : error.message;
  throw new CommandFailed(`The records cannot be used: ${why}`, 1, { cause: error });
};

const rowsOf = (all: readonly Rebound[]): readonly string[] =>
  all
    .map((one) => `${JSON.stringify(one.username)}  ${rightOf(one)}  ${outcomeOf(one)}`)
    .sort((one, other) => (one < other ? -1 : 1));

const rightOf = ({ membership }: Rebound): string =>
  membership ? `${membership.group}/${membership.role}` : "administrator";

const outcomeOf = ({ how, membership }: Rebound): string => {
  switch (how.kind) {
    case "bind":
      return `goes to who logged in by this name on ${how.lastSignIn}`;
    case "wait":
      return `waits for the first who logs in by this name${membership ? ", for 30 days" : ""}`;
    case "reassigned":
      return "is left: this name had become another person's; an owner has to give it again";
    case "renamed":
      return `is left: the person came last as ${JSON.stringify(how.to)}; an owner has to give it again`;
  }
};
