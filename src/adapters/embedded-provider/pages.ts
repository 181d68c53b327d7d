import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Pages {
  login(view: LoginView): Promise<string>;
  logout(view: { username: string; action: string; xsrf: string }): Promise<string>;
  loggedOut(): Promise<string>;
  error(view: { heading: string; explanation: string; code?: string }): Promise<string>;
  /** For every page and redirect of the provider. */
  readonly contentSecurityPolicy: string;
}

export interface LoginView {
  readonly usernames: readonly string[];
  /** As it was entered before. */
  readonly username: string;
  readonly problem?: string;
}

const templates = join(import.meta.dirname, "templates");

/**
 * Chromium applies `form-action` to redirects after a form, too, and a login redirects to one of the server's origins
 * or to the CLI's port on this machine.
 */
const formTargets = ["http:", "https:"].flatMap((scheme) => [
  `${scheme}//127.0.0.1:*`,
  `${scheme}//localhost:*`,
]);

const contentSecurityPolicy = (style: string): string =>
  [
    "default-src 'none'",
    // On pages that submit themselves, oidc-provider adds the hash of its script to this directive.
    "script-src 'self'",
    `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
    // Firefox requests the favicon, and reports it as an error of the page if it may not.
    "img-src 'self'",
    `form-action 'self' ${formTargets.join(" ")}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");

export const openPages = async (): Promise<Pages> => {
  const style = await readFile(join(templates, "style.css"), "utf8");
  let rendering: Promise<(template: string, view: object) => string> | undefined;
  const render = async (template: string, view: object): Promise<string> => {
    // Loaded with the first page, so that the start does not wait for it.
    rendering ??= import("eta").then(({ Eta }) => {
      const eta = new Eta({ views: templates, cache: true });
      return (name, values) => eta.render(`./${name}`, { ...values, style });
    });
    return (await rendering)(template, view);
  };
  return {
    login: (view) => render("login", view),
    logout: (view) => render("logout", view),
    loggedOut: () => render("logged-out", {}),
    error: (view) => render("error", view),
    contentSecurityPolicy: contentSecurityPolicy(style),
  };
};
