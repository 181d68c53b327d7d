import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SmtpOptions } from "../../../src/adapters/smtp/mailer.ts";
import { smtpMailer } from "../../../src/adapters/smtp/mailer.ts";
import type { SmtpServer } from "../../../src/adapters/smtp/smtp-server.ts";
import { parseSmtpUrl } from "../../../src/adapters/smtp/smtp-server.ts";
import type { MailAddress } from "../../../src/domain/mail/mail-address.ts";
import { makeCertificates } from "../../support/containers/certificates.ts";
import type { StartedExim } from "../../support/containers/exim.ts";
import { mailCredentials, mailRecipients, startExim } from "../../support/containers/exim.ts";
import { freePort } from "../../support/containers/free-port.ts";
import { startServer } from "../../support/server/running-server.ts";

let mailServer: StartedExim;
const trusted = getCACertificates("default");
let ca: string;
beforeAll(async () => {
  const certificates = await makeCertificates();
  ca = certificates.ca;
  mailServer = await startExim(certificates);
});
afterAll(() => mailServer?.close());
beforeEach(() => setDefaultCACertificates([...trusted, ca]));

const from = { name: "Gruppen, überall", address: "groups@site.example" as MailAddress };
const credentials = `${mailCredentials.user}:${encodeURIComponent(mailCredentials.pass)}`;

/** What `SMTP_URL` says of the server's listeners. To a loopback address STARTTLS is asked for here only. */
const servers = (): Record<"smtps" | "starttls" | "plain", SmtpServer> => {
  const { smtps, starttls, plain } = mailServer.ports;
  return {
    smtps: parseSmtpUrl(`smtps://${credentials}@localhost:${smtps}`),
    starttls: { ...parseSmtpUrl(`smtp://${credentials}@localhost:${starttls}`), tls: "starttls" },
    plain: parseSmtpUrl(`smtp://127.0.0.1:${plain}`),
  };
};

let count = 0;
const send = (
  server: SmtpServer,
  message: { to?: string; subject?: string; text?: string },
  options?: Partial<SmtpOptions>,
) =>
  smtpMailer({ server, from, hostname: "site.example", ...options }).send({
    id: `message-${++count}`,
    to: (message.to ?? mailRecipients.known) as MailAddress,
    subject: message.subject ?? "A subject",
    text: message.text ?? "A text.\n",
  });

/** The message with this id, once it is in the inbox; folded headers and soft line breaks are joined. */
const received = async (id: string): Promise<string> => {
  const find = async () => {
    const messages = (await mailServer.inbox()).replaceAll("\r\n", "\n").split(/^(?=Return-path: )/m);
    return messages.find((each) => each.includes(`<${id}@site.example>`));
  };
  await expect.poll(find, { timeout: 20_000 }).toBeDefined();
  return (await find())?.replace(/\n[ \t]+/g, " ").replace(/=\n/g, "") ?? "";
};

describe("a message", () => {
  test.each(["smtps", "starttls", "plain"] as const)("arrives by %s", async (listener) => {
    expect(await send(servers()[listener], {})).toEqual({ kind: "accepted" });
    const message = await received(`message-${count}`);
    expect(message).toMatch(/^From: =\?UTF-8\?.*\?= <groups@site\.example>$/m);
    expect(message).toMatch(/^To: alice@lab\.example$/m);
    expect(message).toMatch(/^Subject: A subject$/m);
    expect(message).toMatch(/^Auto-Submitted: auto-generated$/m);
    expect(message).toMatch(/^Content-Type: text\/plain; charset=utf-8$/m);
    expect(message).toMatch(/^Received: from .* helo=site\.example\) by mail\.lab\.example /m);
    expect(message).toContain("\n\nA text.");
  });

  test("keeps long links whole", async () => {
    const link = `https://site.example/invitations/${"s3cret-".repeat(20)}`;
    await send(servers().smtps, { text: `Für dich:\n\n  ${link}\n` });
    expect(await received(`message-${count}`)).toContain(link);
  });

  test("has no header and no recipient from its texts", async () => {
    const subject = "Hello\r\nBcc: mallory@lab.example\r\n\r\nbody";
    expect(await send(servers().smtps, { subject, text: "one\n.\nRCPT TO:<x@y.example>\n" })).toEqual({
      kind: "accepted",
    });
    const message = await received(`message-${count}`);
    expect(message).not.toMatch(/^Bcc/m);
    expect(message).toContain("one\n.\nRCPT TO:<x@y.example>");
  });
});

describe("a message is refused, or may be tried again", () => {
  test("for a recipient that is not known", async () => {
    const outcome = await send(servers().smtps, { to: "mallory@lab.example" });
    expect(outcome).toEqual({ kind: "refused", reason: expect.stringMatching(/^EENVELOPE: .* 5\d\d/) });
    expect(JSON.stringify(outcome)).not.toContain("mallory");
  });

  test("for a recipient of whom the server says so", async () => {
    const outcome = await send(servers().starttls, { to: mailRecipients.later });
    expect(outcome).toEqual({ kind: "failed", reason: "EENVELOPE: the mail server answered 451 4.7.1" });
  });

  test("for a wrong password, which is not told", async () => {
    const server = { ...servers().smtps, credentials: { ...mailCredentials, pass: "wr0ng" } };
    const outcome = await send(server, {});
    expect(outcome).toEqual({ kind: "refused", reason: expect.stringMatching(/^EAUTH: .* 535/) });
  });

  test.each(["smtps", "starttls"] as const)(
    "for a certificate that nobody trusts, by %s",
    async (listener) => {
      setDefaultCACertificates(trusted);
      const outcome = await send(servers()[listener], {});
      expect(outcome).toEqual({ kind: "failed", reason: expect.stringMatching(/certificate/) });
    },
  );

  test("for a server without TLS, which gets neither a password nor the message", async () => {
    const server = { ...servers().plain, tls: "starttls", credentials: mailCredentials } as const;
    expect(await send(server, {})).toMatchObject({ reason: expect.stringMatching(/^ETLS/) });
    // The commands that a connection without a message has seen.
    await expect.poll(() => mailServer.mailLog()).toMatch(/^.* no MAIL in .* C=EHLO,STARTTLS$/m);
  });

  test("for a server that does not answer, in the time of an attempt", async () => {
    await mailServer.pause();
    try {
      const began = Date.now();
      const slow = await send(servers().smtps, {}, { stepTimeout: 1 });
      expect(slow).toMatchObject({ kind: "failed", reason: expect.stringMatching(/^ETIMEDOUT/) });
      const whole = await send(servers().smtps, {}, { attemptTimeout: 1 });
      expect(whole).toMatchObject({ kind: "failed", reason: expect.stringMatching(/^EABORT/) });
      expect(Date.now() - began).toBeLessThan(10_000);
    } finally {
      await mailServer.unpause();
    }
  });

  test("for a server that is away", async () => {
    const { host } = servers().plain;
    const outcome = await send({ ...servers().plain, host, port: 1 }, {});
    expect(outcome).toEqual({ kind: "failed", reason: expect.stringContaining("ECONNREFUSED") });
  });
});

describe("an invitation", () => {
  test("comes by mail, with a link to this server that can be accepted", async () => {
    const port = await freePort();
    const environment = {
      SMTP_URL: `smtp://127.0.0.1:${mailServer.ports.plain}`,
      MAIL_FROM: "groups@site.example",
      PUBLIC_ORIGIN: `http://127.0.0.1:${port}`,
    };
    const server = await startServer({ environment, port });
    try {
      const headers = {
        Accept: "application/json",
        "Content-Type": "application/json",
        Authorization: await server.bearer("olivia", "blab/owners"),
      };
      const body = JSON.stringify({ role: "editors", email: mailRecipients.known });
      const path = "/groups/blab/settings/invitations";
      const made = await server.ask({ method: "POST", path, headers, body });
      expect(made.status).toBe(201);
      const { url } = JSON.parse(made.text);
      const inbox = async () => (await mailServer.inbox()).replace(/=\r?\n/g, "");
      await expect.poll(inbox, { timeout: 20_000 }).toContain(url);
      expect(await inbox()).toContain("Subject: olivia invites you to the group blab");
      const accept = { method: "POST", path: new URL(url).pathname, body: '{"accept":true}' };
      const Authorization = await server.bearer("erin");
      expect((await server.ask({ ...accept, headers: { ...headers, Authorization } })).status).toBe(200);
    } finally {
      await server.close();
      await server.provider.close();
    }
  });
});
