import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { dataset, mainContent } from "../../support/resources/stored-objects.ts";
import type { StubBucket } from "../../support/resources/stub-s3-bucket.ts";
import { startStubBucket } from "../../support/resources/stub-s3-bucket.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";

const supportsAll = ["put", "complete", "delete"] as const;
const emptyList = '<?xml version="1.0"?><ListBucketResult></ListBucketResult>';

let store: StubBucket;
let server: RunningServer;
beforeAll(async () => {
  const credentials = { AWS_ACCESS_KEY_ID: "tests", AWS_SECRET_ACCESS_KEY: "a-secret-of-the-tests" };
  for (const [name, value] of Object.entries(credentials)) vi.stubEnv(name, value);
  store = await startStubBucket({
    ifNoneMatch: supportsAll,
    ifMatch: supportsAll,
    // The stub knows one bucket by its name.
    intercept: ({ method, url = "" }, response) => {
      const isList = method === "GET" && /^\/the-records\/?\?/.test(url);
      if (isList) response.writeHead(200, { "content-type": "application/xml" }).end(emptyList);
      return isList;
    },
  });
  server = await startServer({
    environment: {
      ...credentials,
      GROUPS_STORAGE: "s3",
      GROUPS_BUCKET: "bucket",
      RECORDS_BUCKET: "the-records",
      AWS_ENDPOINT_URL_S3: String(store.options.endpoint),
    },
  });
});
afterAll(async () => {
  await server?.close();
  await store?.close();
  vi.unstubAllEnvs();
});

const pathsOf = (method: string): readonly string[] =>
  store.requests
    .filter((request) => request.startsWith(`${method} `))
    .map((request) => new URL(request.slice(method.length + 1), "http://stub").pathname);

test("RECORDS_BUCKET has the server's own records, and the groups' bucket has the data", async () => {
  const Authorization = await server.bearer("olivia", "test-private/owners");
  const put = async (path: string, type?: string, body?: string) => {
    const headers = { Authorization, ...(type === undefined ? {} : { "Content-Type": type }) };
    return (await server.ask({ method: "PUT", path, headers, ...(body === undefined ? {} : { body }) }))
      .status;
  };
  expect(await put("/groups/test-private/settings/roles/viewers/members/erin")).toBe(204);
  expect(await put("/groups/test-private/ncov", dataset(), mainContent("ours"))).toBe(204);
  const written = pathsOf("PUT");
  expect(written).toContain("/the-records/.groups-server/records/memberships/test-private.json");
  expect(written).toContain("/bucket/test-private/datasets/ncov.json");
  await expect.poll(() => pathsOf("PUT")).toContain("/the-records/.groups-server/records/people/olivia.json");
  expect(pathsOf("PUT").filter((path) => path.startsWith("/bucket/.groups-server/records/"))).toEqual([]);
  expect(pathsOf("PUT").filter((path) => path.startsWith("/the-records/test-private/"))).toEqual([]);
});
