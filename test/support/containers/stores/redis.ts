import { connect } from "node:tls";
import type { Certificates } from "../certificates.ts";
import { makeCertificates } from "../certificates.ts";
import type { Container, ContainerFile } from "../container.ts";
import { startContainer } from "../container.ts";
import { freePort } from "../free-port.ts";

/** All features of the image, or only those of Redis 6.0, the oldest supported version. */
export type RedisFeatures = "today" | "6.0";

export interface RedisSettings {
  readonly certificates?: Certificates;
  readonly port?: number;
  /** An additional ACL user with the same password and all rights. */
  readonly user?: string;
  readonly policy?: string;
  /** The setting `maxmemory`, such as `64mb`. */
  readonly maxMemory?: string;
  /** Default: "today". */
  readonly features?: RedisFeatures;
  /** Further lines of redis.conf. */
  readonly settings?: readonly string[];
}

export interface StartedRedis extends Container {
  /** With a placeholder as username, as in operators' settings. */
  readonly url: string;
  readonly port: number;
  readonly password: string;
  readonly certificates: Certificates;
  /** Runs redis-cli in the container. */
  cli(...args: string[]): Promise<string>;
}

export const password = "a-password-of-the-tests";

/** Commands that Redis 6.0 lacks; a client that needs one of them fails without it. */
const newerCommands = [
  "GETEX",
  "GETDEL",
  "COPY",
  "EXPIRETIME",
  "PEXPIRETIME",
  "FUNCTION",
  "FCALL",
  "EVAL_RO",
  "EVALSHA_RO",
];

export const tlsFiles = ({ ca, certificate, key }: Certificates): ContainerFile[] => [
  { path: "/tls/ca.pem", content: ca },
  { path: "/tls/certificate.pem", content: certificate },
  { path: "/tls/key.pem", content: key },
];

export const tlsLines = (port: number): string[] => [
  "bind 127.0.0.1",
  "port 0",
  `tls-port ${port}`,
  "tls-cert-file /tls/certificate.pem",
  "tls-key-file /tls/key.pem",
  "tls-ca-cert-file /tls/ca.pem",
  "tls-auth-clients no",
  "tls-replication yes",
];

const configuration = (port: number, options: RedisSettings): string =>
  [
    ...tlsLines(port),
    "dir /data",
    `requirepass ${password}`,
    `masterauth ${password}`,
    `maxmemory-policy ${options.policy ?? "volatile-ttl"}`,
    ...(options.maxMemory ? [`maxmemory ${options.maxMemory}`] : []),
    ...(options.user ? [`user ${options.user} on >${password} ~* &* +@all`] : []),
    ...(options.features === "6.0" ? newerCommands.map((name) => `rename-command ${name} ""`) : []),
    ...(options.settings ?? []),
    "",
  ].join("\n");

/** Resolves after a TLS handshake with the port. */
export const acceptsTls = (port: number, ca: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, ca, timeout: 2000 }, () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
    socket.once("timeout", () => socket.destroy(new Error("no TLS handshake in 2 s")));
  });

/** The redis-cli command for a port, to be run in a container. */
export const cliArguments = (port: number, as = password): string[] => [
  "redis-cli",
  "--tls",
  "--cacert",
  "/tls/ca.pem",
  "--no-auth-warning",
  "-a",
  as,
  "-h",
  "127.0.0.1",
  "-p",
  String(port),
];

/** Starts a Redis server on 127.0.0.1 with TLS only, and a certificate of a private CA. */
export const startRedis = async (options: RedisSettings = {}): Promise<StartedRedis> => {
  const certificates = options.certificates ?? (await makeCertificates());
  const port = options.port ?? (await freePort());
  const container = await startContainer({
    image: "redis",
    // The official image's entry point drops root privileges, and could not read the files then.
    entrypoint: ["redis-server"],
    command: ["/tls/redis.conf"],
    files: [...tlsFiles(certificates), { path: "/tls/redis.conf", content: configuration(port, options) }],
    readyLine: /Ready to accept connections/,
    healthCheck: () => acceptsTls(port, certificates.ca),
  });
  return {
    ...container,
    url: `rediss://u:${password}@127.0.0.1:${port}`,
    port,
    password,
    certificates,
    cli: (...args) => container.exec([...cliArguments(port), ...args]),
  };
};
