import { readFileSync } from "node:fs";
import { defaultImage } from "../test/support/containers/image.ts";

/** The programs that the tests use the server with. */
export interface TriedVersions {
  readonly cli: string;
  readonly auspice: string;
  /** The first number of it. */
  readonly chromium: string;
  readonly keycloak: string;
}

const text = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

/** The versions that tests and server are installed with; the tests find them in the programs themselves too. */
export const pinnedVersions = (): TriedVersions => {
  const { auspice, devDependencies } = JSON.parse(text("../package.json")) as {
    auspice: { version: string };
    devDependencies: Record<string, string>;
  };
  const requirements = text("../test/support/cli/nextstrain-cli-requirements.txt");
  return {
    cli: /^nextstrain-cli==(\S+)$/m.exec(requirements)?.[1] ?? "",
    auspice: auspice.version,
    chromium: devDependencies["@sparticuz/chromium"]?.split(".")[0] ?? "",
    keycloak: defaultImage("keycloak").split(":").at(-1) ?? "",
  };
};

/** The table of versions in using.md. */
export const versionsTable = ({ cli, auspice, chromium, keycloak }: TriedVersions): string =>
  [
    ["Program", "Version", "Tried with it"],
    ["---", "---", "---"],
    ["Nextstrain CLI", cli, "every command above, and what owners, editors, viewers and others may do"],
    ["Auspice", auspice, "every kind of view; the server brings this version along"],
    ["Chromium", chromium, "the pages, Auspice, the CLI's login"],
    ["Keycloak", keycloak, "login, changed roles, renewal and logout, with the CLI and in the browser"],
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
