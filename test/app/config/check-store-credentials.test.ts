import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { production, surroundings } from "../surroundings.ts";

let s: Awaited<ReturnType<typeof surroundings>>;
let nobody: Record<string, string>;
beforeAll(async () => {
  s = await surroundings();
  nobody = { ...production, HOME: s.path };
});
afterAll(() => s.remove());

const elsewhere = { AWS_ENDPOINT_URL_S3: "https://s3.lab.example.org:9000" };

describe("a store that is not AWS", () => {
  it("needs credentials, told in one sentence with the variables and the fix", async () => {
    const [problem, ...others] = await s.problemsOf({ ...nobody, ...elsewhere });
    expect(problem).toMatch(/^AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set/);
    expect(problem).toContain("AWS_SHARED_CREDENTIALS_FILE");
    expect(others).toEqual([]);
  });

  it.each([
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
    ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"],
  ])("needs more than %s", async (name, missing) => {
    const [problem] = await s.problemsOf({ ...nobody, ...elsewhere, [name]: "a-value" });
    expect(problem).toMatch(new RegExp(`^${missing} is not set`));
    expect(problem).not.toContain("a-value");
  });

  it("is told of a named file that cannot be read, which the SDK takes for an empty one", async () => {
    const file = { AWS_SHARED_CREDENTIALS_FILE: "/nowhere/credentials" };
    const [problem] = await s.problemsOf({ ...nobody, ...elsewhere, ...file });
    expect(problem).toContain("/nowhere/credentials cannot be read");
  });

  it.each([
    [{ AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" }],
    [{ AWS_SHARED_CREDENTIALS_FILE: import.meta.filename }],
    [{ AWS_CONFIG_FILE: import.meta.filename, AWS_PROFILE: "lab" }],
    [{ AWS_WEB_IDENTITY_TOKEN_FILE: "/run/token", AWS_ROLE_ARN: "arn:aws:iam::1:role/lab" }],
    [{ AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials" }],
  ])("is left to the SDK with %j", async (credentials) => {
    await expect(s.read({ ...nobody, ...elsewhere, ...credentials })).resolves.toBeDefined();
  });

  it("is left to the SDK with a file where it looks by itself", async () => {
    await s.write("home/.aws/credentials", "[default]\n");
    const home = { HOME: `${s.path}/home` };
    await expect(s.read({ ...nobody, ...elsewhere, ...home })).resolves.toBeDefined();
  });

  it("needs none where data lie on the filesystem", async () => {
    await expect(s.read({ ...nobody, ...elsewhere, GROUPS_STORAGE: "filesystem" })).resolves.toBeDefined();
  });
});

it.each([
  [undefined],
  ["https://s3.eu-central-1.amazonaws.com"],
  ["https://bucket.vpce-1a2b.s3.eu-central-1.vpce.amazonaws.com"],
  ["https://s3.cn-north-1.amazonaws.com.cn"],
])("At AWS (%s) credentials may come from the instance's role", async (endpoint) => {
  const at = endpoint === undefined ? {} : { AWS_ENDPOINT_URL_S3: endpoint };
  await expect(s.read({ ...nobody, ...at })).resolves.toBeDefined();
});
