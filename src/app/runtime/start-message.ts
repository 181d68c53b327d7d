import { styleText } from "node:util";
import type { Configuration } from "../config/configuration.ts";
import { demoUsernames } from "../config/identity-provider.ts";

export interface Started {
  readonly configuration: Configuration;
  readonly httpOrigin: string;
  /** The https listener with the local certificate authority: its origin, and the certificate to trust. */
  readonly https: { readonly origin: string; readonly caPath: string; readonly renewed: boolean } | undefined;
}

const strong = (text: string) => styleText("bold", text, { stream: process.stdout });
const address = (text: string) => styleText("cyan", text, { stream: process.stdout });
const caution = (text: string) => styleText("yellow", text, { stream: process.stdout });

/** The message at the terminal once the server is ready. */
export const startMessage = ({ configuration, httpOrigin, https }: Started): string => {
  const { mode, provider, settings, catalogue } = configuration;
  const publicCount = catalogue.all().filter((group) => group.isPublic).length;
  const privateCount = catalogue.all().length - publicCount;
  const lines = [
    "",
    strong(`The Nextstrain Groups server is ready (${mode} mode)`),
    "",
    `  Open    ${address(httpOrigin)}${https ? `  or  ${address(https.origin)}` : ""}`,
    `  Groups  ${publicCount} public, ${privateCount} private, from ${settings.GROUPS_DATA_FILE}`,
    `  Data    ${settings.DATA_DIR}`,
  ];
  if (provider.kind === "embedded") lines.push(...demoLines());
  if (https) lines.push(...cliLines(https));
  return `${lines.join("\n")}\n`;
};

const demoLines = (): string[] => [
  `  Log in  ${demoUsernames.join(", ")}; their password is demo`,
  "",
  caution(
    "  These accounts are for trying it out on this machine. To share data, see docs/configuration.md.",
  ),
];

const cliLines = ({ origin, caPath, renewed }: NonNullable<Started["https"]>): string[] => [
  "",
  strong("  With the Nextstrain CLI") +
    (renewed ? caution(" (the local certificate authority is a new one: trust it again)") : ""),
  `    export REQUESTS_CA_BUNDLE='${caPath}' SSL_CERT_FILE='${caPath}'`,
  `    nextstrain login ${origin}`,
];
