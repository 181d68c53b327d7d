import type { Container, ContainerFile } from "./container.ts";
import { startContainer } from "./container.ts";
import { acceptsConnections } from "./nginx.ts";

export interface ApacheSettings {
  /** The configuration without modules and listening ports. */
  readonly site: string;
  readonly ports: readonly [number, ...number[]];
  readonly modules: readonly string[];
  /** Certificates and keys, at their absolute paths. */
  readonly files?: readonly ContainerFile[];
}

/** Modules that some packages have linked statically. */
const maybeStatic = ["unixd", "log_config"];

const configuration = ({ site, ports, modules }: ApacheSettings): string => {
  const load = (name: string) => `LoadModule ${name}_module modules/mod_${name}.so`;
  return [
    'ServerRoot "/usr/local/apache2"',
    'PidFile "/tmp/httpd.pid"',
    "ServerName localhost",
    "ErrorLog /dev/stderr",
    "LogLevel warn",
    ...ports.map((port) => `Listen 127.0.0.1:${port}`),
    ...["mpm_event", "authz_core", "alias", ...modules].map(load),
    ...maybeStatic.map((name) => `<IfModule !${name}_module>\n${load(name)}\n</IfModule>`),
    "<IfModule unixd_module>\nUser www-data\nGroup www-data\n</IfModule>",
    "<Directory />\nRequire all denied\n</Directory>",
    site,
  ].join("\n");
};

/** Starts Apache with this site; it can connect to services on 127.0.0.1. */
export const startApache = (settings: ApacheSettings): Promise<Container> =>
  startContainer({
    image: "apache",
    entrypoint: ["httpd"],
    command: ["-D", "FOREGROUND", "-f", "/etc/apache-of-the-tests.conf"],
    files: [
      { path: "/etc/apache-of-the-tests.conf", content: configuration(settings) },
      ...(settings.files ?? []),
    ],
    healthCheck: () => acceptsConnections(settings.ports[0]),
  });
