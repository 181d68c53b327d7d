import { mkdir } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Middleware } from "koa";
import { Provider } from "oidc-provider";
import type { Seconds } from "../../domain/brand.ts";
import type { ClaimNames } from "../../domain/user.ts";
import type { Clock } from "../../ports/driven/clock.ts";
import type { Log } from "../../ports/driven/log.ts";
import { type NewAccount, openAccounts } from "./accounts.ts";
import { openEntryStore } from "./entry-store.ts";
import { loginForm } from "./login-form.ts";
import { entryKinds, isRevoked } from "./model-adapter.ts";
import { openPages, type Pages } from "./pages.ts";
import { type ScryptCost, usualCost } from "./password-hash.ts";
import { type EmbeddedClients, type Lifetimes, providerConfiguration } from "./provider-configuration.ts";
import { openProviderKeys } from "./provider-keys.ts";
import { repeat } from "./repetition.ts";

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

/** Headers for everything, a page for what is not there, and no answer that a cache may keep. */
const frame =
  (pages: Pages): Middleware =>
  async (ctx, next) => {
    ctx.set({
      "Cache-Control": "no-store",
      "Content-Security-Policy": pages.contentSecurityPolicy,
      "Referrer-Policy": "same-origin",
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
    });
    await next();
    if (ctx.status !== 404 || ctx.body !== undefined) return;
    ctx.body = await pages.error({
      heading: "There is no such page",
      explanation: "Nothing is to be found at this address of the login service.",
    });
    ctx.type = "html";
    ctx.status = 404;
  };

type MountedRequest = IncomingMessage & { originalUrl?: string };

/** Takes the path under which the provider is mounted off the request's URL, for as long as it is answered. */
const mounted =
  (path: string, answer: (req: IncomingMessage, res: ServerResponse) => unknown) =>
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
    openAccounts(folder, options.accounts, options.passwordCost ?? usualCost, clock),
    openEntryStore(join(folder, "entries"), entryKinds, clock, log),
    openPages(),
  ]);
  const mountPath = new URL(issuer).pathname;
  const lifetimes = { ...usualLifetimes, ...options.lifetimes };
  const configuration = providerConfiguration({
    ...options,
    mountPath,
    lifetimes,
    accounts,
    store,
    keys,
    pages,
  });
  const provider = new Provider(issuer, configuration);

  const failed = (cause: unknown) =>
    log.write({ event: "background", what: "an answer of the embedded identity provider", cause });
  provider.on("server_error", (_ctx: unknown, error: unknown) => failed(error));
  provider.on("error", failed);
  provider.use(frame(pages));
  provider.use(loginForm({ provider, accounts, pages, log }));

  const sweeping = repeat(
    sweepEvery,
    (signal) => store.sweep((value) => isRevoked(store, value), signal),
    log,
  );
  return { handler: mounted(mountPath, provider.callback()), close: () => sweeping.stop() };
};
