import { mkdir } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Seconds } from "../../domain/brand.ts";
import type { ClaimNames } from "../../domain/identity/user.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Limiter } from "../../ports/driven/system/limiter.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import { type NewAccount, openAccounts } from "./accounts/accounts.ts";
import { type ScryptCost, usualCost } from "./accounts/password-hash.ts";
import { openEntryStore } from "./entries/entry-store.ts";
import { entryKinds, isRevoked } from "./entries/grant-entries.ts";
import { repeat } from "./entries/repetition.ts";
import { openPages } from "./pages.ts";
import type { EmbeddedClients, Lifetimes } from "./provider-configuration.ts";
import { openProviderKeys } from "./provider-keys.ts";

export interface EmbeddedProviderOptions {
  /** Where keys, accounts, grants and logins are kept, for example `data/idp`. */
  readonly folder: string;
  /** Its path is where the provider is mounted: `http://localhost:5000/idp`. */
  readonly issuer: string;
  /** All origins of the server, http and https. */
  readonly origins: readonly string[];
  readonly clients: EmbeddedClients;
  /** Used at the first start in the folder. */
  readonly accounts: readonly NewAccount[];
  readonly claimNames: ClaimNames;
  /** Of logging in, by username. */
  readonly attempts: Limiter;
  readonly log: Log;
  readonly clock: Clock;
  readonly lifetimes?: Partial<Lifetimes>;
  readonly passwordCost?: ScryptCost;
}

export interface EmbeddedProvider {
  /**
   * Answers a request for a path below the issuer's. Whoever calls it has checked the `Host` header, which
   * the provider puts into its URLs, and has not read the body. Until the response is over `req.url` lacks
   * the issuer's path; `req.originalUrl` is whole.
   */
  handler(req: IncomingMessage, res: ServerResponse): void;
  close(): Promise<void>;
}

const usualLifetimes: Lifetimes = {
  idToken: 3600,
  accessToken: 3600,
  refreshToken: 30 * 24 * 3600,
  session: 24 * 3600,
};

const sweepEvery: Seconds = 300;
const longestRequest: Seconds = 30;

type MountedRequest = IncomingMessage & { originalUrl?: string };

type Answer = (req: IncomingMessage, res: ServerResponse) => unknown;

/**
 * The library takes a tenth of the memory of a start and a fifth of its time, and most servers that are tried
 * out are asked for a login later, if at all.
 */
const whenFirstAsked = (load: () => Promise<Answer>, log: Log): Answer => {
  let loading: Promise<Answer> | undefined;
  return async (req, res) => {
    loading ??= load();
    try {
      await (await loading)(req, res);
    } catch (cause) {
      loading = undefined;
      log.write({ event: "background", what: "the start of the embedded identity provider", cause });
      res.destroy();
    }
  };
};

/** Takes the path under which the provider is mounted off the request's URL, for as long as it is answered. */
const mounted =
  (path: string, answer: Answer) =>
  (req: MountedRequest, res: ServerResponse): void => {
    const url = req.url ?? "";
    if (!url.startsWith(`${path}/`)) {
      res.writeHead(404).end();
      return;
    }
    req.originalUrl = url;
    req.url = url.slice(path.length);
    const slow = setTimeout(() => req.destroy(), longestRequest * 1000);
    res.once("close", () => {
      clearTimeout(slow);
      req.url = url;
    });
    answer(req, res);
  };

/** Opens the OpenID provider with the demo accounts of one machine. Errors of the file system pass through. */
export const openEmbeddedProvider = async (options: EmbeddedProviderOptions): Promise<EmbeddedProvider> => {
  const { folder, issuer, clock, log } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [keys, accounts, store, pages] = await Promise.all([
    openProviderKeys(folder),
    openAccounts(folder, options.accounts, options.passwordCost ?? usualCost, options.attempts),
    openEntryStore(join(folder, "entries"), entryKinds, clock, log),
    openPages(),
  ]);
  const mountPath = new URL(issuer).pathname;
  const lifetimes = { ...usualLifetimes, ...options.lifetimes };
  const answer = whenFirstAsked(async () => {
    const { provider } = await import("./provider.ts");
    return provider({ ...options, mountPath, lifetimes, accounts, store, keys, pages });
  }, log);
  const sweeping = repeat(
    sweepEvery,
    (signal) => store.sweep((value) => isRevoked(store, value), signal),
    log,
  );
  return { handler: mounted(mountPath, answer), close: () => sweeping.stop() };
};
