import { isIP } from "node:net";
import { NotConfigured } from "../../domain/failure.ts";

/** A mail server that takes messages over, from an `SMTP_URL`. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** From the first byte (RFC 8314), by STARTTLS (RFC 3207), or none to a server on this machine. */
  readonly tls: "implicit" | "starttls" | "none";
  readonly credentials: { readonly user: string; readonly pass: string } | undefined;
}

const defaultPorts = { "smtp:": 587, "smtps:": 465 } as const;

const isScheme = (protocol: string): protocol is keyof typeof defaultPorts => protocol in defaultPorts;

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    // The error of `decodeURIComponent` would contain the password.
    throw new NotConfigured("SMTP_URL: a % in the user or the password has to be written %25.");
  }
};

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));

/**
 * Parses an `SMTP_URL`, smtp[s]://[user:password@]host[:port]. Errors do not contain the URL, which has a password in it.
 * @throws NotConfigured
 */
export const parseSmtpUrl = (text: string): SmtpServer => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    !url ||
    !isScheme(url.protocol) ||
    url.hostname === "" ||
    !/^\/?$/.test(url.pathname) ||
    url.search ||
    url.hash
  ) {
    throw new NotConfigured(
      "SMTP_URL has to look like smtps://<user>:<password>@<host>:<port>, with nothing after the port.",
    );
  }
  if ((url.username === "") !== (url.password === "")) {
    throw new NotConfigured("SMTP_URL needs both a user and a password, or neither.");
  }
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const startTls = isLoopback(host) ? "none" : "starttls";
  return {
    host,
    port: url.port === "" ? defaultPorts[url.protocol] : Number(url.port),
    tls: url.protocol === "smtps:" ? "implicit" : startTls,
    credentials: url.username === "" ? undefined : { user: decode(url.username), pass: decode(url.password) },
  };
};
