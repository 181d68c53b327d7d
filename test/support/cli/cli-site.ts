import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { hashPassword } from "../../../src/adapters/embedded-provider/accounts/password-hash.ts";
import { openChromium } from "../browser/chromium.ts";
import type { StartedServer } from "../server/started-server.ts";
import { freePorts, startServerProcess } from "../server/started-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import type { CommandLine } from "./command-line.ts";
import { openCommandLine } from "./command-line.ts";
import { installNextstrainCli } from "./nextstrain-cli.ts";

/** The accounts, with their role in both demo groups; the password of each is demo. */
export const people = {
  alice: "owners",
  erin: "editors",
  bob: "viewers",
  carol: undefined,
} as const;

export type Person = keyof typeof people;

/** The real server by https, and terminals with the real CLI. */
export interface CliSite {
  /** `https://localhost:<port>`. */
  readonly origin: string;
  readonly server: StartedServer;
  readonly browser: Browser;
  /** A new terminal where nobody is logged in. */
  terminal(environment?: Readonly<Record<string, string>>): Promise<CommandLine>;
  /** The terminal in which this person is logged in, always the same one. */
  of(person: Person): Promise<CommandLine>;
  /** Restarts the server on the same ports, with other roles if given. */
  restart(roles?: Roles): Promise<void>;
  close(): Promise<void>;
}

type Roles = Readonly<Partial<Record<Person, string | undefined>>>;

/** Much lower than the real one, since the tests log in often. */
const passwordCost = { N: 1024, r: 8, p: 1 };

/** Writes the embedded provider's accounts, since its demo accounts have no editor. */
const writeAccounts = async (data: string, roles: Roles): Promise<void> => {
  await mkdir(join(data, "idp"), { recursive: true, mode: 0o700 });
  const accounts = await Promise.all(
    Object.entries(roles).map(async ([username, role]) => ({
      username,
      groups: role === undefined ? [] : [`demo/${role}`, `demo-private/${role}`],
      password: await hashPassword("demo", passwordCost),
    })),
  );
  await writeFile(join(data, "idp", "accounts.json"), JSON.stringify(accounts), { mode: 0o600 });
};

export const openCliSite = async (environment: Readonly<Record<string, string>> = {}): Promise<CliSite> => {
  const folder = await temporaryFolder();
  const data = join(folder.path, "data");
  await writeAccounts(data, people);
  const [PORT, HTTPS_PORT] = (await freePorts(2)).map(String) as [string, string];
  const start = () =>
    startServerProcess({
      data,
      workingFolder: folder.path,
      environment: { PORT, HTTPS_PORT, ...environment },
    });
  const [program, browser, first] = await Promise.all([installNextstrainCli(), openChromium(), start()]);
  let server = first;
  const opened: CommandLine[] = [];
  const loggedIn = new Map<Person, Promise<CommandLine>>();
  const terminal = async (more: Readonly<Record<string, string>> = {}) => {
    const line = await openCommandLine({ program, ca: join(data, "ca", "ca.pem"), environment: more });
    opened.push(line);
    return line;
  };
  const logIn = async (person: Person) => {
    const line = await terminal();
    const { code, output, errors } = await line.logIn(browser, server.https, person);
    if (code !== 0) throw new Error(`${person} cannot log in: ${output}${errors}`);
    return line;
  };
  return {
    origin: server.https,
    get server() {
      return server;
    },
    browser,
    terminal,
    of: (person) => {
      const line = loggedIn.get(person) ?? logIn(person);
      loggedIn.set(person, line);
      return line;
    },
    restart: async (roles = {}) => {
      await server.stop();
      await writeAccounts(data, { ...people, ...roles });
      server = await start();
    },
    close: async () => {
      await browser.close();
      await server.stop();
      await Promise.all(opened.map((line) => line.close()));
      await folder.remove();
    },
  };
};
