import { documentedStore } from "../../stores/documented-stores.ts";
import { startContainer } from "../container.ts";
import { freePort } from "../free-port.ts";
import type { StartedStore } from "./s3-service.ts";
import { responds, withSettings } from "./s3-service.ts";

/** In the format that Garage requires. */
const credentials = { accessKeyId: `GK${"7e".repeat(12)}`, secretAccessKey: "5a".repeat(32) };

/** Starts Garage with one node as documented, with an empty bucket. */
export const startGarage = async (): Promise<StartedStore> => {
  const endpoint = `127.0.0.1:${await freePort()}`;
  const documented = documentedStore("Garage", {
    "127.0.0.1:3900": endpoint,
    "127.0.0.1:3901": `127.0.0.1:${await freePort()}`,
    "<openssl rand -hex 32>": "1".repeat(64),
    "<access key>": credentials.accessKeyId,
    "<secret key>": credentials.secretAccessKey,
  });
  const { configuration, environment, command } = documented;
  const container = await startContainer({
    image: "garage",
    entrypoint: command.slice(0, 1),
    command: command.slice(1),
    files: [{ path: "/etc/garage.toml", content: configuration }],
    environment,
    healthCheck: () => responds(`http://${endpoint}`),
  });
  return withSettings(container, documented, credentials);
};
