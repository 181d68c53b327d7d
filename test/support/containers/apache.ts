import type { Container, ContainerFile } from "./container.ts";
import { startContainer } from "./container.ts";
import { accepts } from "./nginx.ts";

export interface ApacheSettings {
  /** The configuration of the site, without the modules and the listening ports. */
  readonly site: string;
  readonly ports: readonly [number, ...number[]];
  readonly modules: readonly string[];
  /** Certificates and keys, at their absolute paths. */
  readonly files?: readonly ContainerFile[];
}

/** Modules that some packages have built into the program. */
const perhapsBuiltIn = ["unixd", "log_config"];

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
    ...perhapsBuiltIn.map((name) => `<IfModule !${name}_module>\n${load(name)}\n</IfModule>`),
    "<IfModule unixd_module>\nUser www-data\nGroup www-data\n</IfModule>",
    "<Directory />\nRequire all denied\n</Directory>",
    site,
  ].join("\n");
};

/** Starts Apache with this site, on the host's network. */
export const startApache = (settings: ApacheSettings): Promise<Container> =>
  startContainer({
    image: "apache",
    entrypoint: ["httpd"],
    command: ["-D", "FOREGROUND", "-f", "/etc/apache-of-the-tests.conf"],
    files: [
      { path: "/etc/apache-of-the-tests.conf", content: configuration(settings) },
      ...(settings.files ?? []),
    ],
    answers: () => accepts(settings.ports[0]),
  });
