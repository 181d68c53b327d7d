import { connect } from "node:net";
import type { Container, ContainerFile } from "./container.ts";
import { startContainer } from "./container.ts";

export interface NginxSettings {
  /** A complete nginx.conf. */
  readonly configuration: string;
  /** Certificates, keys and included files, with absolute paths. */
  readonly files?: readonly ContainerFile[];
  /** A port of 127.0.0.1 that the configuration listens on. */
  readonly port: number;
}

/** Resolves when a service accepts a connection to the port. */
export const acceptsConnections = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: 2000 }, () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
    socket.once("timeout", () => socket.destroy(new Error("no connection in 2 s")));
  });

/** Starts nginx with this configuration; it can connect to services on 127.0.0.1. */
export const startNginx = ({ configuration, files = [], port }: NginxSettings): Promise<Container> =>
  startContainer({
    image: "nginx",
    entrypoint: ["nginx"],
    command: ["-g", "daemon off;"],
    files: [{ path: "/etc/nginx/nginx.conf", content: configuration }, ...files],
    healthCheck: () => acceptsConnections(port),
  });
