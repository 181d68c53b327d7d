import { mkdir } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Seconds } from "../../domain/brand.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Limiter } from "../../ports/driven/system/limiter.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import { type NewAccount, openAccounts } from "./accounts/accounts.ts";
import { defaultCost, type ScryptCost } from "./accounts/password-hash.ts";
import { openEntryStore } from "./entries/entry-store.ts";
import { entryKinds, isRevoked } from "./entries/grant-entries.ts";
import { periodicSweep } from "./entries/periodic-sweep.ts";
import { openPages } from "./pages.ts";
import type { EmbeddedClaimNames, EmbeddedClients, Lifetimes } from "./provider-configuration.ts";
import { openProviderKeys } from "./provider-keys.ts";

export interface EmbeddedProviderOptions {
  /** Where keys, accounts, grants and sessions are stored, for example `data/idp`. */
  readonly folder: string;
  /** For example `http://localhost:5000/idp`. The provider is mounted at its path. */
  readonly issuer: string;
  /** All origins of the server, by http and https. */
  readonly origins: readonly string[];
  readonly clients: EmbeddedClients;
  /** Created at the first start in the folder. */
  readonly accounts: readonly NewAccount[];
  readonly claimNames: EmbeddedClaimNames;
  /** Limits logins by username. */
  readonly attempts: Limiter;
  readonly log: Log;
  readonly clock: Clock;
  readonly lifetimes?: Partial<Lifetimes>;
  readonly passwordCost?: ScryptCost;
}

export interface EmbeddedProvider {
  /**
   * Handles a request for a path below the issuer's. The caller has to check the `Host` header, of which the provider
   * makes its URLs, and must not read the body. Until the response is closed, `req.url` lacks the issuer's path, which
   * `req.originalUrl` has.
   */
  handler(req: IncomingMessage, res: ServerResponse): void;
  close(): Promise<void>;
}

const defaultLifetimes: Lifetimes = {
  idToken: 3600,
  accessToken: 3600,
  refreshToken: 30 * 24 * 3600,
  session: 24 * 3600,
};

const sweepInterval: Seconds = 300;
const requestTimeout: Seconds = 30;

type MountedRequest = IncomingMessage & { originalUrl?: string };

type Handler = (req: IncomingMessage, res: ServerResponse) => unknown;

/**
 * Loads a handler at the first request. oidc-provider takes a tenth of the memory of a start and a fifth of its time,
 * and a server that is tried out needs it later, if at all.
 */
const lazyHandler = (load: () => Promise<Handler>, log: Log): Handler => {
  let loading: Promise<Handler> | undefined;
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

/** Mounts a handler at a path, which is removed from the request's URL until the response is closed. */
const mount =
  (path: string, handle: Handler) =>
  (req: MountedRequest, res: ServerResponse): void => {
    const url = req.url ?? "";
    if (!url.startsWith(`${path}/`)) {
      res.writeHead(404).end();
      return;
    }
    req.originalUrl = url;
    req.url = url.slice(path.length);
    const timer = setTimeout(() => req.destroy(), requestTimeout * 1000);
    res.once("close", () => {
      clearTimeout(timer);
      req.url = url;
    });
    handle(req, res);
  };

/** Opens the OpenID provider for demo accounts on this machine. Errors of the file system pass through. */
export const openEmbeddedProvider = async (options: EmbeddedProviderOptions): Promise<EmbeddedProvider> => {
  const { folder, issuer, clock, log } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [keys, accounts, store, pages] = await Promise.all([
    openProviderKeys(folder),
    openAccounts(folder, options.accounts, options.passwordCost ?? defaultCost, options.attempts),
    openEntryStore(join(folder, "entries"), entryKinds, clock, log),
    openPages(),
  ]);
  const mountPath = new URL(issuer).pathname;
  const lifetimes = { ...defaultLifetimes, ...options.lifetimes };
  const handler = lazyHandler(async () => {
    const { providerHandler } = await import("./provider.ts");
    return providerHandler({ ...options, mountPath, lifetimes, accounts, store, keys, pages });
  }, log);
  const sweep = periodicSweep(
    sweepInterval,
    (signal) => store.sweep((value) => isRevoked(store, value), signal),
    log,
  );
  return { handler: mount(mountPath, handler), close: () => sweep.stop() };
};
