import { NotConfigured } from "../../domain/failure.ts";

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** The parts of a `REDIS_URL` (sessions-and-authentication.md section 12). Connections always use TLS. */
export interface RedisAddress extends HostAndPort {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
}

const defaultPort = 6379;

/** The address without its credentials, for the log. */
export const describeAddress = ({ host, port, database }: RedisAddress): string =>
  `rediss://${host}:${port}/${database}`;

/** Decodes a user name or password. The error of `decodeURIComponent` would contain the password. */
const decodeCredential = (text: string): string | undefined => {
  if (text === "") return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new NotConfigured("REDIS_URL: a % in the user or the password has to be written %25.");
  }
};

const parseDatabase = (path: string): number => {
  if (path === "" || path === "/") return 0;
  if (!/^\/\d{1,5}$/.test(path))
    throw new NotConfigured("REDIS_URL: what follows the port has to be a database's number.");
  return Number(path.slice(1));
};

/** By some hosting providers' convention, the TLS port of a `redis:` address is the one after its plain port. */
const tlsPort = (url: URL): number => {
  const port = url.port === "" ? defaultPort : Number(url.port);
  return url.protocol === "redis:" ? port + 1 : port;
};

/**
 * Parses a `REDIS_URL`. Errors do not contain the URL, which has a password in it.
 * @throws NotConfigured
 */
export const parseAddress = (text: string): RedisAddress => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["redis:", "rediss:"].includes(url.protocol) || url.hostname === "") {
    throw new NotConfigured("REDIS_URL has to look like rediss://u:<password>@<host>:<port>.");
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: tlsPort(url),
    username: decodeCredential(url.username),
    password: decodeCredential(url.password),
    database: parseDatabase(url.pathname),
  };
};
