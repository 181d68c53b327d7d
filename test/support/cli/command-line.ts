import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { temporaryFolder } from "../temporary-folder.ts";

const timeoutMs = 60_000;

/** What a person sees at the terminal once a command is over. */
export interface Ran {
  /** The exit code, or the signal that ended it. */
  readonly code: number | string;
  readonly output: string;
  readonly errors: string;
  /** Both, with single blanks in place of line breaks: the CLI breaks the server's sentences. */
  readonly told: string;
}

/** Somebody's terminal: a home and a working folder of their own, with the Nextstrain CLI to type. */
export interface CommandLine {
  /** The working folder of all commands. */
  readonly folder: string;
  /** Where the CLI keeps its tokens. */
  readonly secrets: string;
  nextstrain(...args: readonly string[]): Promise<Ran>;
  /** `nextstrain login`; `visit` is the browser that it opens at an address. */
  beginLogin(origin: string, visit: (address: string) => Promise<unknown>): Promise<Ran>;
  /** The same on a machine that the browser cannot reach: somebody pastes the address that `visit` gives. */
  pasteLogin(origin: string, visit: (address: string) => Promise<string>): Promise<Ran>;
  /** The same with a real browser, in which somebody whose password is demo fills in the provider's form. */
  logIn(browser: Browser, origin: string, username: string): Promise<Ran>;
  close(): Promise<void>;
}

export interface CommandLineOptions {
  /** The program `nextstrain`. */
  readonly program: string;
  /** The certificate authority to trust, a PEM file. */
  readonly ca: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export const openCommandLine = async ({
  program,
  ca,
  environment,
}: CommandLineOptions): Promise<CommandLine> => {
  const home = await temporaryFolder();
  const folder = join(home.path, "work");
  const browser = join(home.path, "browser");
  const opened = join(home.path, "opened-url");
  await mkdir(folder);
  await mkdir(join(home.path, "nextstrain"));
  // Stands for the desktop's browser: notes the address that somebody is to visit.
  await writeFile(
    browser,
    `#!/bin/sh\nprintf %s "$1" > '${opened}.draft' && mv '${opened}.draft' '${opened}'\n`,
  );
  await chmod(browser, 0o700);
  const env = {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LANG: "C.UTF-8",
    HOME: home.path,
    NEXTSTRAIN_HOME: join(home.path, "nextstrain"),
    REQUESTS_CA_BUNDLE: ca,
    SSL_CERT_FILE: ca,
    BROWSER: browser,
    ...environment,
  };
  const run = async (args: readonly string[], typed?: Promise<string>): Promise<Ran> => {
    const child = spawn(program, args, {
      cwd: folder,
      env,
      // With an open pipe it takes its end for an answer when it offers to paste the address, and aborts.
      stdio: [typed === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    typed?.then((text) => child.stdin?.end(text)).catch(() => child.kill());
    let [output, errors] = ["", ""];
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const [code, signal] = await once(child, "close");
    return { code: code ?? signal, output, errors, told: `${output} ${errors}`.replace(/\s+/g, " ") };
  };
  const nextstrain = (...args: readonly string[]) => run(args);
  const beginLogin: CommandLine["beginLogin"] = async (origin, visit) => {
    await rm(opened, { force: true });
    const running = nextstrain("login", origin);
    await visit(await addressIn(opened, running));
    return running;
  };
  const pasteLogin: CommandLine["pasteLogin"] = async (origin, visit) => {
    await rm(opened, { force: true });
    const pasted = Promise.withResolvers<string>();
    const running = run(["login", origin], pasted.promise);
    pasted.resolve(`${await visit(await addressIn(opened, running))}\n`);
    return running;
  };
  return {
    folder,
    secrets: join(home.path, "nextstrain", "secrets"),
    nextstrain,
    beginLogin,
    pasteLogin,
    logIn: (chromium, origin, username) =>
      beginLogin(origin, (address) => fillIn(chromium, address, username)),
    close: home.remove,
  };
};

/** The address that a browser was opened with; rejects when the command ends without. */
const addressIn = async (path: string, running: Promise<Ran>): Promise<string> => {
  const over = running.then((ran) => {
    throw new Error(`No browser was opened: ${ran.output}${ran.errors}`);
  });
  over.catch(() => {});
  for (;;) {
    const found = await readFile(path, "utf8").catch(() => undefined);
    if (found !== undefined) return found;
    await Promise.race([over, pause(50)]);
  }
};

/** Keycloak draws its first page for a while. */
const pageTimeoutMs = 40_000;

const inNewPage = async <T>(chromium: Browser, use: (page: Page) => Promise<T>): Promise<T> => {
  // Whether the certificate is trusted is the CLI's question here; browsers have a test of their own.
  const context = await chromium.newContext({ ignoreHTTPSErrors: true });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(pageTimeoutMs);
    return await use(page);
  } finally {
    await context.close();
  }
};

const submitForm = async (page: Page, address: string, username: string): Promise<void> => {
  await page.goto(address);
  await page.locator('input[name="username"]').fill(username);
  await page.locator('input[name="password"]').fill("demo");
  // Ours has the one word on it, Keycloak's the other.
  await page.getByRole("button", { name: /^(log|sign) in$/i }).click();
};

const fillIn = (chromium: Browser, address: string, username: string): Promise<void> =>
  inNewPage(chromium, async (page) => {
    await submitForm(page, address, username);
    await page.getByText("Authentication complete").waitFor();
  });

/** Where the provider's form leads a browser on a machine that the CLI does not run on. */
export const addressAfterForm = (chromium: Browser, address: string, username: string): Promise<string> =>
  inNewPage(chromium, async (page) => {
    const home = new URL(address).searchParams.get("redirect_uri") ?? "";
    await page.route(`${home}**`, (route) => route.abort());
    const [request] = await Promise.all([
      page.waitForRequest((one) => one.url().startsWith(home)),
      submitForm(page, address, username).catch(() => {}),
    ]);
    return request.url();
  });
