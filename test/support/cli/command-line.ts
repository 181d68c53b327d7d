import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { temporaryFolder } from "../temporary-folder.ts";

const timeoutMs = 60_000;

/** The result of a command. */
export interface CommandResult {
  /** The exit code, or the signal that ended it. */
  readonly code: number | string;
  readonly output: string;
  readonly errors: string;
  /** Both outputs, with single spaces in place of line breaks, since the CLI wraps the server's messages. */
  readonly text: string;
}

/** A terminal with a home and a working folder of its own, and the Nextstrain CLI. */
export interface CommandLine {
  /** The working folder of all commands. */
  readonly folder: string;
  /** The file in which the CLI stores its tokens. */
  readonly secrets: string;
  nextstrain(...args: readonly string[]): Promise<CommandResult>;
  /** Runs `nextstrain login`; `visit` stands for the browser that it opens. */
  beginLogin(origin: string, visit: (address: string) => Promise<unknown>): Promise<CommandResult>;
  /** The same when the browser cannot reach the CLI's port: the URL that `visit` returns is pasted. */
  pasteLogin(origin: string, visit: (address: string) => Promise<string>): Promise<CommandResult>;
  /** The same with a real browser, in which the provider's form is submitted with the password demo. */
  logIn(browser: Browser, origin: string, username: string): Promise<CommandResult>;
  close(): Promise<void>;
}

export interface CommandLineOptions {
  /** The path of the program `nextstrain`. */
  readonly program: string;
  /** The path of the CA to trust, in PEM. */
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
  // Stands for the desktop's browser, and records the URL that it is opened with.
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
  const run = async (args: readonly string[], typed?: Promise<string>): Promise<CommandResult> => {
    const child = spawn(program, args, {
      cwd: folder,
      env,
      // The CLI reads a pasted URL, and aborts at the end of an open pipe.
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
    return { code: code ?? signal, output, errors, text: `${output} ${errors}`.replace(/\s+/g, " ") };
  };
  const nextstrain = (...args: readonly string[]) => run(args);
  const beginLogin: CommandLine["beginLogin"] = async (origin, visit) => {
    await rm(opened, { force: true });
    const running = nextstrain("login", origin);
    await visit(await openedUrl(opened, running));
    return running;
  };
  const pasteLogin: CommandLine["pasteLogin"] = async (origin, visit) => {
    await rm(opened, { force: true });
    const pasted = Promise.withResolvers<string>();
    const running = run(["login", origin], pasted.promise);
    pasted.resolve(`${await visit(await openedUrl(opened, running))}\n`);
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

/** The URL that the browser was opened with; rejects when the command ends before. */
const openedUrl = async (path: string, running: Promise<CommandResult>): Promise<string> => {
  const ended = running.then(({ output, errors }) => {
    throw new Error(`No browser was opened: ${output}${errors}`);
  });
  ended.catch(() => {});
  for (;;) {
    const found = await readFile(path, "utf8").catch(() => undefined);
    if (found !== undefined) return found;
    await Promise.race([ended, pause(50)]);
  }
};

/** Keycloak takes a while to render its first page. */
const pageTimeoutMs = 40_000;

const inNewPage = async <T>(chromium: Browser, use: (page: Page) => Promise<T>): Promise<T> => {
  // These tests are about the CLI's trust in the certificate; another one is about browsers'.
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
  // "Log in" in the embedded provider's form, "Sign In" in Keycloak's.
  await page.getByRole("button", { name: /^(log|sign) in$/i }).click();
};

const fillIn = (chromium: Browser, address: string, username: string): Promise<void> =>
  inNewPage(chromium, async (page) => {
    await submitForm(page, address, username);
    await page.getByText("Authentication complete").waitFor();
  });

/** The redirect URL after the provider's form, in a browser that cannot reach the CLI's port. */
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
