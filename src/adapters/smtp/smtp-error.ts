import { sanitizeText } from "../../domain/sanitize-text.ts";
import type { MailOutcome } from "../../ports/driven/mail/mailer.ts";

/** What the library adds to its errors. */
interface SmtpError extends Error {
  readonly code?: string;
  /** The mail server's reply; it may repeat addresses. */
  readonly response?: string;
  readonly responseCode?: number;
}

/** Codes of the library for failures of the connection, which say nothing about the message. */
const connectionFailures = [
  "ECONNECTION",
  "ETIMEDOUT",
  "ESOCKET",
  "EDNS",
  "ETLS",
  "EREQUIRETLS",
  "EPROTOCOL",
  "EABORT",
];

/** The enhanced status code (RFC 3463) of a reply. */
const enhancedStatus = (response = ""): string =>
  / \d{1,3}\.\d{1,3}\.\d{1,3}\b/.exec(response.slice(0, 30))?.[0] ?? "";

/** In characters. */
const maxReasonLength = 200;

/**
 * What an error of the library means. A reply of the mail server is reduced to its codes, since its words may repeat
 * addresses; errors of the connection have words of our own side only.
 */
export const outcomeOf = (error: unknown): MailOutcome => {
  if (!(error instanceof Error)) return { kind: "refused", reason: typeof error };
  const { code = error.name, response, responseCode, message }: SmtpError = error;
  if (responseCode !== undefined) {
    const reason = `${code}: the mail server answered ${responseCode}${enhancedStatus(response)}`;
    return { kind: responseCode < 500 ? "failed" : "refused", reason };
  }
  const isTemporary = connectionFailures.includes(code) || code === "ERR_MODULE_NOT_FOUND";
  const reason = isTemporary ? `${code}: ${sanitizeText(message, maxReasonLength)}` : code;
  return { kind: isTemporary ? "failed" : "refused", reason };
};
