import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { StartedRedis } from "../../support/containers/stores/redis.ts";
import { startRedis } from "../../support/containers/stores/redis.ts";
import { production } from "../../support/server/production-environment.ts";
import { productionInstance } from "../../support/server/production-instance.ts";
import { freePorts } from "../../support/server/started-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

let redis: StartedRedis;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let authority: string;
beforeAll(async () => {
  [redis, folder] = await Promise.all([startRedis(), temporaryFolder()]);
  authority = join(folder.path, "authority.pem");
  await writeFile(authority, redis.certificates.ca);
});
afterAll(async () => {
  await redis.close();
  await folder.remove();
});

const instanceWith = async (environment: Record<string, string>) => {
  const [port = 0] = await freePorts(1);
  return productionInstance({
    port,
    workingFolder: folder.path,
    environment: {
      ...production,
      REDIS_URL: redis.url,
      DATA_DIR: join(folder.path, "data"),
      OIDC_IDP_URL: "http://127.0.0.1:9",
      OIDC_USERNAME_CLAIM: "sub",
      OIDC_GROUPS_CLAIM: "groups",
      OAUTH2_CLIENT_ID: "app",
      OAUTH2_CLI_CLIENT_ID: "cli",
      OAUTH2_CLI_CLIENT_REDIRECT_URIS: "[]",
      ...environment,
    },
  });
};

const warnings = (output: string): number => output.split('"unsafe-setting"').length - 1;

it("Without REDIS_CA_FILE an instance starts, and warns once", async () => {
  const instance = await instanceWith({});
  await instance.start();
  await instance.stop();
  expect(warnings(instance.output())).toBe(1);
  expect(instance.output()).toMatch(/"event":"unsafe-setting","name":"REDIS_CA_FILE","advice":"[^"]+system/);
});

it.each([
  ["SSL_CERT_FILE", "the machine's authorities"],
  ["NODE_EXTRA_CA_CERTS", "Node's further authorities"],
])("REDIS_CA_FILE=system believes a certificate of what %s names, %s", async (variable) => {
  const instance = await instanceWith({ REDIS_CA_FILE: "system", [variable]: authority });
  await instance.start();
  await instance.stop();
  expect(warnings(instance.output())).toBe(0);
});

it("REDIS_CA_FILE=system refuses a certificate of anybody else", async () => {
  const instance = await instanceWith({ REDIS_CA_FILE: "system" });
  await expect(instance.start()).rejects.toThrow(/self-signed certificate in certificate chain/i);
});
