import { NotConfigured } from "../../domain/failure.ts";

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** What a `REDIS_URL` says (sessions-and-authentication.md section 12). TLS is spoken in any case. */
export interface RedisAddress extends HostAndPort {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
}

const standardPort = 6379;

/** The address without its secrets, as it may be logged. */
export const describeAddress = ({ host, port, database }: RedisAddress): string =>
  `rediss://${host}:${port}/${database}`;

/** A malformed escape would end in an error that repeats it. */
const decode = (text: string): string | undefined => {
  if (text === "") return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new NotConfigured("REDIS_URL: a % in the user or the password has to be written %25.");
  }
};

const databaseOf = (path: string): number => {
  if (path === "" || path === "/") return 0;
  if (!/^\/\d{1,5}$/.test(path))
    throw new NotConfigured("REDIS_URL: what follows the port has to be a database's number.");
  return Number(path.slice(1));
};

/** Some hosting providers' convention: an address that says `redis:` has its TLS port beside the plain one. */
const portOf = (url: URL): number => {
  const port = url.port === "" ? standardPort : Number(url.port);
  return url.protocol === "redis:" ? port + 1 : port;
};

/**
 * Reads a `REDIS_URL`. Its texts are told to no one, since they hold a password.
 * @throws NotConfigured
 */
export const parseAddress = (text: string): RedisAddress => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["redis:", "rediss:"].includes(url.protocol) || url.hostname === "") {
    throw new NotConfigured("REDIS_URL has to look like rediss://u:<password>@<host>:<port>.");
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: portOf(url),
    username: decode(url.username),
    password: decode(url.password),
    database: databaseOf(url.pathname),
  };
};
