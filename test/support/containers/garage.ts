import { startContainer } from "./container.ts";
import { freePort } from "./free-port.ts";
import type { StartedStore } from "./s3-service.ts";
import { answersAtAll, withBucket } from "./s3-service.ts";

/** In the only shape that Garage takes. */
const credentials = { accessKeyId: `GK${"7e".repeat(12)}`, secretAccessKey: "5a".repeat(32) };

const configuration = (rpc: number, api: number) => `metadata_dir = "/var/lib/garage/meta"
data_dir = "/var/lib/garage/data"
db_engine = "sqlite"
replication_factor = 1
rpc_bind_addr = "127.0.0.1:${rpc}"
rpc_public_addr = "127.0.0.1:${rpc}"
rpc_secret = "${"0".repeat(63)}1"
[s3_api]
s3_region = "us-east-1"
api_bind_addr = "127.0.0.1:${api}"
`;

/** Starts a Garage of one node, with an empty bucket. */
export const startGarage = async (): Promise<StartedStore> => {
  const [rpc, api] = [await freePort(), await freePort()];
  const endpoint = `http://127.0.0.1:${api}`;
  const container = await startContainer({
    image: "garage",
    entrypoint: ["garage"],
    command: ["server", "--single-node", "--default-access-key"],
    files: [{ path: "/etc/garage.toml", content: configuration(rpc, api) }],
    environment: {
      GARAGE_DEFAULT_ACCESS_KEY: credentials.accessKeyId,
      GARAGE_DEFAULT_SECRET_KEY: credentials.secretAccessKey,
    },
    answers: () => answersAtAll(endpoint),
  });
  return withBucket(container, endpoint, { credentials });
};
