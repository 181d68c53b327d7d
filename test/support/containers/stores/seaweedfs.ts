import { documentedStore } from "../../stores/documented-stores.ts";
import { startContainer } from "../container.ts";
import { freePort } from "../free-port.ts";
import type { StartedStore } from "./s3-service.ts";
import { respondsOk, testCredentials, withSettings } from "./s3-service.ts";

/** The options for all ports that it listens on. */
const ports = ["master", "volume", "filer", "s3"].flatMap((part) => [`${part}.port`, `${part}.port.grpc`]);

/** Starts SeaweedFS in one process as documented, but on other ports, with an empty bucket. */
export const startSeaweedfs = async (): Promise<StartedStore> => {
  const port = new Map<string, number>();
  for (const name of ports) port.set(name, await freePort());
  const endpoint = `127.0.0.1:${port.get("s3.port")}`;
  const documented = documentedStore("SeaweedFS", {
    "127.0.0.1:8333": endpoint,
    "<access key>": testCredentials.accessKeyId,
    "<secret key>": testCredentials.secretAccessKey,
  });
  const { configuration, environment, command, afterwards } = documented;
  const others = [
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    ...port.entries().map(([name, number]) => `-${name}=${number}`),
  ];
  const container = await startContainer({
    image: "seaweedfs",
    entrypoint: ["/bin/sh", "-c"],
    command: [`mkdir -p /var/lib/seaweedfs && exec ${[...command, ...others].join(" ")}`],
    files: [{ path: "/etc/seaweedfs/s3.json", content: configuration }],
    environment,
    healthCheck: () => respondsOk(`http://${endpoint}/healthz`),
  });
  const master = `-master=127.0.0.1:${port.get("master.port")}.${port.get("master.port.grpc")}`;
  try {
    for (const line of afterwards) await container.exec(["/bin/sh", "-c", `${line.trim()} ${master}`]);
  } catch (error) {
    await container.close();
    throw error;
  }
  return withSettings(container, documented, testCredentials);
};
