import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../ports/driven/system/clock.ts";
import type { Log } from "../../ports/driven/system/log.ts";
import { CommandFailed } from "../commands/command.ts";
import type { Configuration } from "../config/configuration.ts";
import { readConfiguration } from "../config/configuration.ts";
import type { Origins } from "../config/identity-provider.ts";
import type { Mode } from "../config/setting.ts";
import { ignoreBrokenPipe } from "./broken-pipe.ts";
import type { Closers } from "./closers.ts";
import { closers as newClosers } from "./closers.ts";
import type { DrainTimeouts, Listener } from "./listener.ts";
import { newListener } from "./listener.ts";
import { settleAll } from "./settle-all.ts";
import { CannotListen, startFailure } from "./start-failure.ts";
import { startMessage } from "./start-message.ts";
import { logWarnings } from "./start-warnings.ts";

const codebase = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * In production uploads have a long time to end, since supervisors have a timeout of their own, and idle connections
 * are kept for longer than a proxy reuses them (5 s in the sample configurations).
 */
const drainTimeouts: Readonly<Record<Mode, DrainTimeouts>> = {
  development: { busy: 30_000, idle: 0 },
  production: { busy: 900_000, idle: 8_000 },
};

/**
 * Starts the server, which runs until a signal ends it.
 * @param args The command line's arguments; with any, a command runs instead.
 */
export const main = async (args: readonly string[]): Promise<void> => {
  // The server goes on when its log cannot be written; a command that cannot write its output has failed.
  ignoreBrokenPipe(process.stdout, args.length > 0 ? reportWriteError : () => {});
  ignoreBrokenPipe(process.stderr, () => {});
  let dataFolder: string | undefined;
  const configure = async (): Promise<Configuration> => {
    readDotEnv();
    const from = { environment: process.env, codebase, workingFolder: process.cwd() };
    const configuration = await readConfiguration(from);
    dataFolder = configuration.settings.DATA_DIR;
    return configuration;
  };
  try {
    if (args.length > 0) await runCommand(args, configure);
    else await serve(await configure());
  } catch (error) {
    const failure = error instanceof CommandFailed ? error : startFailure(error, dataFolder);
    if (!failure) throw error;
    process.stderr.write(`${failure.message}\n`);
    process.exitCode = failure.exitCode;
  }
};

const reportWriteError = ({ code }: NodeJS.ErrnoException): void => {
  process.exitCode = 1;
  process.stderr.write(`The output cannot be written (${code}).\n`);
};

const runCommand = async (
  args: readonly string[],
  configure: () => Promise<Configuration>,
): Promise<void> => {
  const [{ dispatch }, { systemClock }, { systemRandom }] = await Promise.all([
    import("../commands/dispatch.ts"),
    import("../../adapters/system/clock.ts"),
    import("../../adapters/system/random.ts"),
  ]);
  const print = (text: string) => void process.stdout.write(text);
  const warn = (text: string) => void process.stderr.write(text);
  await dispatch(args, { clock: systemClock(), random: systemRandom(), print, warn, configure });
};

/** For development: in production only the environment counts. */
const readDotEnv = (): void => {
  const path = join(process.cwd(), ".env");
  // A folder of this name may be a Python environment.
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  if (process.env["NODE_ENV"] !== "production" && isFile) process.loadEnvFile(path);
};

const serve = async (configuration: Configuration): Promise<void> => {
  const listeners = newListeners(configuration);
  const closers = newClosers();
  const stop = async (): Promise<void> => {
    // Draining requests still need what the closers close.
    await Promise.all(
      [listeners.http, listeners.https].map((listener) => listener?.close(drainTimeouts[configuration.mode])),
    );
    await closers.closeAll();
  };
  try {
    // First of all, so that nothing has been written when a port is taken.
    if (configuration.mode === "development") await openListeners(listeners, configuration);
    const { log } = await open(configuration, listeners, closers);
    stopOnSignal(log, stop);
  } catch (error) {
    await stop();
    throw error;
  }
};

const open = async (configuration: Configuration, { http, https }: Listeners, closers: Closers) => {
  const { clock, random, log } = await openSystem(configuration);
  logWarnings(configuration, log);
  const { openSecrets } = await import("../config/secrets.ts");
  const secrets = await openSecrets(configuration);
  const { compose } = await import("../compose.ts");
  const origins = originsOf(configuration.settings.HOST, http, https);
  const [handler, ca] = await settleAll([
    compose({ configuration, secrets, clock, random, log, closers }, origins),
    https && openCertificates(configuration, clock),
  ]);
  if (ca) https?.secure(ca);
  for (const listener of [http, https]) listener?.answerWith(handler);
  // As late as possible: a proxy that finds no open port uses another instance, and loses no upload.
  if (configuration.mode === "production") await openListeners({ http, https }, configuration);
  log.write({ event: "listening", url: originsOf(configuration.settings.HOST, http, https)[0] });
  if (configuration.mode === "development") {
    const secure = https && ca ? { ...ca, origin: `https://localhost:${https.port}` } : undefined;
    process.stdout.write(
      startMessage({ configuration, httpOrigin: `http://localhost:${http.port}`, https: secure }),
    );
  }
  return { log };
};

const openSystem = async ({ mode }: Configuration) => {
  const [{ systemClock }, { systemRandom }, { plainLog }, { jsonLog }, { bufferedOutput }] =
    await Promise.all([
      import("../../adapters/system/clock.ts"),
      import("../../adapters/system/random.ts"),
      import("../../adapters/system/plain-log.ts"),
      import("../../adapters/system/json-log.ts"),
      import("../../adapters/system/buffered-output.ts"),
    ]);
  const clock = systemClock();
  const log =
    mode === "production"
      ? jsonLog(bufferedOutput(process.stdout, process), clock)
      : plainLog(process.stdout, clock);
  return { clock, random: systemRandom(), log };
};

const openCertificates = async ({ settings }: Configuration, clock: Clock) => {
  const { openLocalCa } = await import("../../adapters/local-ca/local-ca.ts");
  return openLocalCa({ folder: join(settings.DATA_DIR, "ca"), clock });
};

interface Listeners {
  readonly http: Listener;
  readonly https: Listener | undefined;
}

const newListeners = ({ settings, provider }: Configuration): Listeners => {
  const { HOST: host, PORT: port, HTTPS_PORT: httpsPort } = settings;
  const http = newListener({ host, port, tls: false });
  if (httpsPort === false || provider.kind !== "embedded") return { http, https: undefined };
  return { http, https: newListener({ host, port: httpsPort, tls: true }) };
};

const openListeners = async ({ http, https }: Listeners, { settings }: Configuration): Promise<void> => {
  await openListener("PORT", http, settings.HOST);
  if (https) await openListener("HTTPS_PORT", https, settings.HOST);
};

const openListener = async (name: "PORT" | "HTTPS_PORT", listener: Listener, host: string): Promise<void> => {
  try {
    await listener.open();
  } catch (cause) {
    throw new CannotListen(name, { host, port: listener.port, tls: name === "HTTPS_PORT" }, cause);
  }
};

/** Every origin by which a browser on this machine may reach the server. */
const originsOf = (host: string, http: Listener, https: Listener | undefined): Origins => {
  const own = `http://${host.includes(":") ? `[${host}]` : host}:${http.port}`;
  const names = ["localhost", "127.0.0.1", "[::1]"];
  const all = names.flatMap((name) => [
    `http://${name}:${http.port}`,
    ...(https ? [`https://${name}:${https.port}`] : []),
  ]);
  return [own, ...all.filter((origin) => origin !== own)];
};

const stopOnSignal = (log: Log, stop: () => Promise<void>): void => {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const end = async (signal: string): Promise<void> => {
    // A second signal ends the process at once, as people expect of a second Ctrl-C.
    for (const name of signals) process.off(name, end);
    log.write({ event: "stopping", why: signal });
    await stop();
    log.write({ event: "stopped" });
  };
  for (const name of signals) process.once(name, end);
};
