import type { Certificates } from "./certificates.ts";
import type { Container } from "./container.ts";
import { startContainer } from "./container.ts";
import { freePort } from "./free-port.ts";
import { acceptsConnections } from "./nginx.ts";

export interface StartedExim extends Container {
  /** Its listeners on 127.0.0.1. All but `plain` want {@link mailCredentials}; `plain` knows neither those nor TLS. */
  readonly ports: { readonly smtps: number; readonly starttls: number; readonly plain: number };
  /** All messages so far, with their headers; each begins with `Return-path:`. */
  inbox(): Promise<string>;
  /** What the server has logged of connections and refusals. */
  mailLog(): Promise<string>;
}

export const mailCredentials = { user: "groups", pass: "s3cret p@ss" };

/** An address with an inbox, and one of whom the server says to try again later. All others are refused. */
export const mailRecipients = { known: "alice@lab.example", later: "greylisted@lab.example" };

const inbox = "/var/mail/inbox";

const configuration = ({ smtps, starttls, plain }: StartedExim["ports"]): string => `
primary_hostname = mail.lab.example
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${smtps} : ${starttls} : ${plain}
tls_on_connect_ports = ${smtps}
tls_advertise_hosts = \${if eq{$received_port}{${plain}}{}{*}}
tls_certificate = /etc/exim4/certificate.pem
tls_privatekey = /etc/exim4/key.pem
auth_advertise_hosts = \${if eq{$tls_in_cipher}{}{}{*}}
acl_smtp_rcpt = check_recipient
host_lookup =
keep_environment =
rfc1413_query_timeout = 0s
log_selector = +all

begin acl
check_recipient:
  deny message = 5.7.0 authentication required
       condition = \${if !eq{$received_port}{${plain}}}
       !authenticated = *
  defer message = 4.7.1 <$local_part@$domain>: try again later
        condition = \${if eq{$local_part@$domain}{${mailRecipients.later}}}
  deny message = 5.1.1 <$local_part@$domain>: unknown
       condition = \${if !eq{$local_part@$domain}{${mailRecipients.known}}}
  accept

begin routers
inbox:
  driver = accept
  transport = inbox

begin transports
inbox:
  driver = appendfile
  file = ${inbox}
  user = mail
  message_prefix =
  return_path_add

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = \${if and{{eq{$auth2}{${mailCredentials.user}}}{eq{$auth3}{${mailCredentials.pass}}}}}
`;

/** Starts Exim with these certificates. */
export const startExim = async (certificates: Certificates): Promise<StartedExim> => {
  const ports = { smtps: await freePort(), starttls: await freePort(), plain: await freePort() };
  const container = await startContainer({
    image: "exim",
    entrypoint: ["exim4"],
    command: ["-bdf"],
    files: [
      { path: "/etc/exim4/exim4.conf", content: configuration(ports) },
      { path: "/etc/exim4/certificate.pem", content: certificates.certificate },
      { path: "/etc/exim4/key.pem", content: certificates.key },
    ],
    healthCheck: () => acceptsConnections(ports.plain),
  });
  const read = (path: string) => container.exec(["sh", "-c", `cat ${path} 2>/dev/null || true`]);
  return {
    ...container,
    ports,
    inbox: () => read(inbox),
    mailLog: () => read("/var/log/exim4/*log"),
  };
};
